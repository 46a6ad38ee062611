"""Saved runs come back bit by bit or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

import ccsim
from ccsim.outcomes import Rows, store
from ccsim.outcomes.store import StoreError, load, save
from ccsim.program.layout import Names
from tests.outcomes.days import rows_of

NAMES = Names(("orders",), ("first",), ("team",), ("2024-01-01",), ("2024-01-01 00:00",))
TEXT = "name: Größe\nopen: 00:00-00:10\n"


def saved(folder: Path, rows: Rows | None = None, **more: object) -> Path:
    """A run saved there."""
    given = {"engine": "compiled", "seed": 2**64 - 1, "replications": 1, "stream_scheme": 3, "layout_version": 7}
    save(folder, rows or rows_of("wrap"), NAMES, **(given | {"digest": "ab12", "scenario": TEXT} | more))
    return folder


def refusal(folder: Path) -> str:
    """What loading says."""
    with pytest.raises(StoreError) as caught:
        load(folder)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


def test_a_run_comes_back_bit_by_bit(tmp_path):
    for day in ("wrap", "left alone", "seats"):
        run = load(saved(tmp_path / day, rows_of(day)))
        for ours, theirs in zip(run.rows, rows_of(day), strict=True):
            assert ours.dtype == theirs.dtype
            assert ours.tobytes() == np.asarray(theirs).tobytes()
        assert run.names == NAMES


def test_manifest_says_where_a_run_comes_from(tmp_path):
    manifest = load(saved(tmp_path / "run")).manifest
    assert manifest.engine == "compiled"
    assert (manifest.seed, manifest.replications) == (2**64 - 1, 1)
    assert (manifest.stream_scheme, manifest.layout_version, manifest.digest) == (3, 7, "ab12")
    assert manifest.scenario == TEXT
    assert manifest.scenario_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (manifest.ccsim, manifest.numpy) == (ccsim.__version__, np.__version__)
    assert all((manifest.python, manifest.numba, manifest.scipy))
    assert manifest.n_rows == {"episodes": 2, "contacts": 2, "segments": 2, "agent_states": 5, "settlements": 0, "cases": 0}
    for file, digest in manifest.sha256.items():
        assert hashlib.sha256((tmp_path / "run" / file).read_bytes()).hexdigest() == digest
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == sorted([*manifest.sha256, "manifest.json"])
    assert load(saved(tmp_path / "by hand", scenario="")).manifest.scenario_sha256 == ""


def test_an_existing_run_is_replaced_only_with_force(tmp_path):
    saved(tmp_path / "run")
    with pytest.raises(StoreError, match="E-OUT: exists already. Try: another name, or force"):
        saved(tmp_path / "run", rows_of("seats"))
    assert len(load(tmp_path / "run").rows.contacts) == 2
    saved(tmp_path / "run", rows_of("seats"), force=True)
    assert len(load(tmp_path / "run").rows.contacts) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("force", [False, True])
def test_nothing_that_is_not_a_run_is_ever_replaced(tmp_path, force):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    (tmp_path / "link").symlink_to(tmp_path / "thesis")
    for name in ("thesis", "file", "link"):
        with pytest.raises(StoreError, match="E-OUT"):
            saved(tmp_path / name, force=force)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "link", "thesis"]


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "run").mkdir()
    assert len(load(saved(tmp_path / "run")).rows.contacts) == 2
    assert load(saved(tmp_path / "a" / "b" / "run")).names == NAMES


def test_a_full_disk_leaves_the_old_run_and_nothing_else(tmp_path, monkeypatch):
    """Every single write to the disk fails once."""
    saved(tmp_path / "run", rows_of("seats"))
    before = {p.name: p.read_bytes() for p in (tmp_path / "run").iterdir()}
    real, calls = os.fsync, [0, 0]

    def full(handle: int) -> None:
        calls[0] += 1
        if calls[0] == calls[1]:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    for nth in range(1, 10):  # six tables, names, manifest, the folder
        calls[:] = 0, nth
        with pytest.raises(StoreError, match='E-OUT: cannot be written, got "No space left on device"'):
            saved(tmp_path / "run", force=True)
        assert [p.name for p in tmp_path.iterdir()] == ["run"]
        assert {p.name: p.read_bytes() for p in (tmp_path / "run").iterdir()} == before

    calls[:] = 0, 10  # the run is in place by then
    saved(tmp_path / "run", force=True)
    assert len(load(tmp_path / "run").rows.contacts) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_failed_move_puts_the_old_run_back(tmp_path, monkeypatch):
    saved(tmp_path / "run", rows_of("seats"))
    real = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            raise OSError(errno.EIO, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        saved(tmp_path / "run", force=True)
    assert len(load(tmp_path / "run").rows.contacts) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


FILES = ["manifest.json", "names.json", "episodes.npy", "contacts.npy", "segments.npy", "agent_states.npy"]


@pytest.mark.parametrize("file", FILES)
def test_cut_off_changed_and_missing_files_are_refused_by_name(tmp_path, file):
    whole = saved(tmp_path / "run")
    content = (whole / file).read_bytes()
    for n in (0, 1, len(content) // 2, len(content) - 2):
        (whole / file).write_bytes(content[:n])
        assert f"run/{file}: E-RUN" in refusal(whole)
    flipped = bytearray(content)
    flipped[-10] ^= 1
    (whole / file).write_bytes(bytes(flipped))
    assert f"run/{file}: E-RUN" in refusal(whole)
    (whole / file).unlink()
    assert f'run/{file}: E-RUN: cannot be read, got "No such file or directory"' in refusal(whole)


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", 2), ("engine", "reference"), ("digest", "ffff"), ("scenario", ""), ("n_rows", {"episodes": 2})],
)
def test_an_edited_manifest_is_refused(tmp_path, field, value):
    file = saved(tmp_path / "run") / "manifest.json"
    content = json.loads(file.read_text())
    assert content[field] != value
    file.write_text(json.dumps(content | {field: value}))
    assert "manifest.json: E-RUN manifest_sha256: the manifest was edited" in refusal(tmp_path / "run")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("format", "ccsim outcomes 1", 'E-RUN format: not a run this version can read, got "ccsim outcomes 1", allowed: ccsim'),
        ("seed", "1", 'E-RUN seed: missing or of another kind, got "1", allowed: int'),
        ("seed", True, "E-RUN seed: missing or of another kind, got True, allowed: int"),
        ("sha256", None, "E-RUN sha256: missing or of another kind, allowed: dict"),
    ],
)
def test_a_manifest_of_another_kind_is_refused_by_field(tmp_path, field, value, words):
    file = saved(tmp_path / "run") / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {field: value}))
    assert words in refusal(tmp_path / "run")


def test_foreign_folders_are_refused(tmp_path):
    assert "manifest.json: E-RUN: cannot be read" in refusal(tmp_path)
    (tmp_path / "manifest.json").write_text("[1, 2]")
    assert "manifest.json: E-RUN: is not a map of keys, got a list of 2" in refusal(tmp_path)
    (tmp_path / "manifest.json").write_text("[" * 100_000)
    assert "manifest.json: E-RUN: is not complete JSON" in refusal(tmp_path)


def forge(run: Path, file: str, content: bytes) -> None:
    """Puts a file into a run and makes all hashes fit, as someone who means harm would."""
    (run / file).write_bytes(content)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest.pop("manifest_sha256")
    manifest["sha256"][file] = hashlib.sha256(content).hexdigest()
    own = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(manifest | {"manifest_sha256": own}))


class Bomb:
    """Unpickling this creates a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return (Path.touch, (self.file,))


def test_a_pickle_with_fitting_hashes_is_refused_unopened(tmp_path):
    victim = tmp_path / "executed"
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([Bomb(victim)], dtype=object), allow_pickle=True)
    for number, content in enumerate([pickle.dumps(Bomb(victim)), objects.read_bytes()]):
        run = saved(tmp_path / f"run {number}")
        forge(run, "segments.npy", content)
        assert "segments.npy: E-RUN: is not a table without pickled objects" in refusal(run)
    assert not victim.exists()


def test_a_table_of_another_layout_or_length_is_refused(tmp_path):
    run = saved(tmp_path / "run")
    shutil.copy(run / "segments.npy", tmp_path / "good.npy")
    for table, field in ((np.zeros(2), "dtype"), (rows_of("wrap").segments[:1], "n_rows")):
        np.save(tmp_path / "other.npy", np.asarray(table))
        forge(run, "segments.npy", (tmp_path / "other.npy").read_bytes())
        assert f"segments.npy: E-RUN {field}: " in refusal(run)
    forge(run, "segments.npy", (tmp_path / "good.npy").read_bytes())
    forge(run, "names.json", b'{"call_types": "orders"}')
    assert "names.json: E-RUN call_types: is not a list of names" in refusal(run)


def test_a_folder_of_csv_files_is_told_apart_from_a_saved_run(tmp_path):
    scenario = ccsim.from_dict({"calls": {"a": {"volume": "6/h", "handle": "1m", "patience": "2m"}}, "agents": 2})
    from ccsim.report.folder import write_folder

    folder = write_folder(ccsim.run(scenario, reps=2, engine="reference", neighbours=False), tmp_path)
    with pytest.raises(StoreError, match="folder from ccsim run --out.*ccsim.open_result"):
        ccsim.open_run(folder)


def test_names_saved_before_agents_had_any_are_read(tmp_path):
    saved(tmp_path / "run")
    names = json.loads((tmp_path / "run" / store.NAMES).read_text())
    del names["agents"]
    (tmp_path / "run" / store.NAMES).write_text(json.dumps(names))
    assert store._read_names(tmp_path / "run") == NAMES
