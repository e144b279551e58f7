/* The pass for any processor. */
#define PASS pass_portable
#define PASS_NAME "portable"
#include "pass.h"
