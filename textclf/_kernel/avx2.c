/* The pass for x86-64 processors with AVX2, chosen when the engine is made. */
#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC target("avx2,fma,bmi,bmi2,lzcnt,popcnt")
#define PASS pass_avx2
#define PASS_NAME "AVX2"
#include "pass.h"
#endif
