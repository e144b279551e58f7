"""A model file that is damaged or hostile loads or is a ModelError, and does nothing else."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_models import BEAT_TEXTS, SINGLE, SMALL, corpus

from textclf.errors import ModelError
from textclf.model.file import from_bytes, to_bytes
from textclf.model.safetensors import pack, unpack
from textclf.training.train import train

FUZZ = Path(__file__).parents[2] / "fuzz" / "fuzz_models.py"


@pytest.fixture(scope="module")
def data():
    return to_bytes(train(corpus("beat", BEAT_TEXTS), SINGLE, config=SMALL))


def changed(data, change):
    metadata, tensors = unpack(data, "model")
    header = json.loads(metadata["textclf"])
    change(header)
    text = json.dumps(header)
    return pack({"sha256": hashlib.sha256(text.encode()).hexdigest(), "textclf": text}, tensors)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda h: h["decision"].update(epsilon=float("inf")), "not JSON"),
        (lambda h: h["card"]["out_of_fold"]["model"].update(texts=2.5), "texts is '2.5'"),
        (lambda h: h["card"]["trained_on"].update(texts=2.5), "texts is '2.5'"),
        (lambda h: h.update(card={}), "card is empty"),
        (lambda h: h["scheme"].update(version=["1"]), "version is no text"),
    ],
)
def test_a_header_with_a_value_of_another_type_is_refused(data, change, why):
    with pytest.raises(ModelError, match=why):
        from_bytes(changed(data, change), "model.textclf")


def test_mutated_files_load_or_are_refused_and_open_import_and_start_nothing(data, tmp_path):
    (tmp_path / "beat.textclf").write_bytes(data)
    command = [sys.executable, str(FUZZ), "--count", "300", str(tmp_path / "beat.textclf")]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout + found.stderr
    assert "300 files, 0 findings, forbidden events: {}" in found.stdout
