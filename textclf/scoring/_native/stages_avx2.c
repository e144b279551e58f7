/* The stages for x86-64 processors with AVX2, FMA, BMI and BMI2; fastest_stages chooses them. */
#if defined(__x86_64__) && defined(__GNUC__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,bmi,bmi2,lzcnt")
#endif
#define USE_AVX2 1
#define STAGES stages_avx2
#define STAGES_NAME "AVX2"
#include "stages.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
