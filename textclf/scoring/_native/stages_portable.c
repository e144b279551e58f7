/* The stages for any processor. */
#define STAGES stages_portable
#define STAGES_NAME "portable"
#include "stages.h"
