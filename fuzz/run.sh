#!/usr/bin/env bash
# Fuzzes the native scorer with libFuzzer, under address and undefined-behaviour sanitizers:
#     fuzz/run.sh 10000000
# runs so many inputs, and stops at the first finding. It needs clang: $CC, or else clang.
set -euo pipefail
cd "$(dirname "$0")/.."
work=build/fuzz
mkdir -p "$work/corpus"
python -c "print(__import__('setup').code_points())" > "$work/codepoints.c"
"${CC:-clang}" -g -O2 -std=gnu11 -Wall -Wextra -Werror -Itextclf/scoring/_native \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -fno-sanitize-coverage=trace-cmp \
    fuzz/fuzz.c textclf/scoring/_native/{engine,workspace,stages_portable,stages_avx2}.c "$work/codepoints.c" \
    -lm -o "$work/fuzz"
printf '\x00\x02\x30The goal was over. Rain! \xe2\x80\x9cGen. Goal\xe2\x80\x9d was \xc3\xa9t\xc3\xa9 \xc4\xb0 the match was over' > "$work/corpus/text"
printf '\x07\x0d\x00\x00\x0c' > "$work/corpus/table"
export ASAN_OPTIONS=quarantine_size_mb=8:thread_local_quarantine_size_kb=64:malloc_context_size=2
"$work/fuzz" -runs="${1:-1000000}" -max_len=96 -timeout=20 -reduce_inputs=0 -reload=0 \
    -entropic=0 -print_final_stats=1 "$work/corpus"
