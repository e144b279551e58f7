/* The pass for x86-64 processors with AVX2, chosen when the engine is made. */
#if defined(__x86_64__) && defined(__GNUC__)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,bmi,bmi2,lzcnt")
#endif
#define WIDE 1
#define PASS pass_avx2
#define PASS_NAME "AVX2"
#include "pass.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
