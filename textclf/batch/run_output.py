"""The output files of a run, which appear whole at the end, and what a run needs to be resumed.

Encoded records go to a part file. From the second batch on, the part files lie in the folder of
the run (`io.run_folder`), with a journal: a line for each batch whose bytes are written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, Protocol
from zlib import crc32

from textclf._atomic_file import (
    create,
    flush_to_disk,
    regular_target,
    replace,
    signals_interrupt,
    temporary_beside,
)
from textclf.batch.encoded_batch import EncodedBatch, JournalEntry
from textclf.errors import InputError, TextclfError, WorkerError
from textclf.io.formats import FORMATS, Sink
from textclf.io.output_file import compressed, open_output, unwritable
from textclf.io.record_writer import Format
from textclf.io.run_folder import (
    CAN_LOCK,
    Manifest,
    RunFolder,
    begin_folder,
    discard_folder,
    find_folder,
)

_FINISHED = b"finished\n"
"""The last line of a journal, when all records are in the parts."""


class Output(NamedTuple):
    """One output of a run."""

    path: Path | None
    """None: standard output."""
    style: Format
    bytes_of: Callable[[EncodedBatch], bytes]
    """Returns the bytes of a batch that go there."""
    at_end: Callable[[Path], bytes] | None = None
    """Returns the bytes of an output that nothing was written to; it gets the first one, whole."""


class RunOutput(Protocol):
    """Where a run writes."""

    items: int
    """How many items of the inputs an earlier run has done."""

    def record(self, batches: Iterable[EncodedBatch]) -> Iterator[EncodedBatch]:
        """Write batches, and yield each; those of an earlier run, without bytes, come first."""
        ...

    def finish(self) -> None:
        """Complete the files."""
        ...


@contextmanager
def open_run_output(
    outputs: Sequence[Output],
    manifest: Callable[[], Manifest],
    *,
    resume: bool = False,
    restart: bool = False,
) -> Iterator[RunOutput]:
    """Open the outputs of a run; a file appears only if the run ends well.

    A run into a file is kept where it is stopped, or cannot go on, after its second batch: with
    `resume`, the next one goes on from there, and with `restart`, it discards what is left. Raises
    InputError for an output that cannot be written or that another run is writing, for a run that
    has stopped if neither is given, and for one that had another manifest.
    """
    path = outputs[0].path
    targets = [_target(one.path) for one in outputs if one.path and CAN_LOCK]
    if path is None or len(targets) < len(outputs) or not all(targets):
        if resume or restart:
            raise InputError("only a run into a file can be resumed; give a file with --output")
        with ExitStack() as stack:
            yield _Streams(outputs, stack)
        return
    with signals_interrupt():
        run = _Files(path, outputs, [one for one in targets if one], manifest)
        try:
            run.open(resume=resume, restart=restart)
            yield run
        except OSError as reason:
            raise run.stopped(unwritable(path, reason)) from None
        except WorkerError as reason:
            raise run.stopped(reason) from None
        except TextclfError:
            if run.is_open:  # else it was refused; in a run, the same would happen again
                run.discard()
            raise
        except KeyboardInterrupt as reason:
            raise run.stopped(reason) from None
        finally:
            run.close()


class _Streams:
    """Outputs that cannot be resumed, such as standard output and devices."""

    items = 0

    def __init__(self, outputs: Sequence[Output], stack: ExitStack) -> None:
        self._path = outputs[0].path
        self._opened: list[tuple[Output, ExitStack, Sink]] = []
        for one in outputs:
            own = stack.enter_context(ExitStack())
            stream = own.enter_context(open_output(one.path, sys.stdout.buffer))
            self._opened.append((one, own, FORMATS[one.style].sink(stream)))

    def record(self, batches: Iterable[EncodedBatch]) -> Iterator[EncodedBatch]:
        for batch in batches:
            for one, _, sink in self._opened:
                sink.append(one.bytes_of(batch))
            yield batch

    def finish(self) -> None:
        for one, own, sink in self._opened:
            if one.at_end and self._path:
                sink.append(one.at_end(self._path))
            sink.finish()
            own.close()


class _Files:
    """Files, the parts that become these, and the folder of the run once it has one."""

    def __init__(
        self,
        path: Path,
        outputs: Sequence[Output],
        targets: Sequence[Path],
        manifest: Callable[[], Manifest],
    ) -> None:
        self._path = path
        self._outputs = outputs
        self._targets = targets
        self._manifest = manifest
        self._folder: RunFolder | None = None
        self._paths = [temporary_beside(target) for target in targets]
        self._parts: list[IO[bytes]] = []
        self._journal: IO[bytes] | None = None
        self._lines: list[bytes] = []
        """Lines for the journal, while there is none."""
        self._earlier: list[EncodedBatch] = []
        self._articles = self.items = 0
        self._finished = False
        self.is_open = False

    def open(self, *, resume: bool, restart: bool) -> None:
        """Open the parts: new ones, or those of the run to be resumed."""
        for output, target in zip(self._outputs, self._targets, strict=True):
            found = find_folder(target)
            if found and restart:
                found.remove()
            elif found and resume and target == self._targets[0] and found.settings():
                self._folder = found
            elif output.path:
                discard_folder(output.path, found)
        if self._folder:
            self._resume(self._folder)
        else:
            for path, output, target in zip(self._paths, self._outputs, self._targets, strict=True):
                try:
                    self._parts.append(create(path, target))
                except OSError as reason:
                    raise unwritable(output.path or target, reason) from None
        self.is_open = True

    def record(self, batches: Iterable[EncodedBatch]) -> Iterator[EncodedBatch]:
        """Yield the batches, each when its bytes are written."""
        yield from self._earlier
        for batch in () if self._finished else batches:
            if self._lines and batch.items and not self._folder:
                self._begin_folder()
            datas = [one.bytes_of(batch) for one in self._outputs]
            for part, data in zip(self._parts, datas, strict=True):
                part.write(data)
                part.flush()
            if batch.items and not batch.error:
                sizes, sums = list(map(len, datas)), list(map(crc32, datas))
                self._note(JournalEntry(batch, sizes, sums).line())
                self._articles += batch.number
            yield batch

    def finish(self) -> None:
        """Complete the files, and remove the folder of the run."""
        if not self._finished:
            for part in self._parts:
                flush_to_disk(part)
                part.close()
            self._note(_FINISHED)
        # No file takes its place before all are whole, and the first one is the last to take it.
        whole = list(self._targets)
        for number, output in enumerate(self._outputs):
            if self._paths[number].exists():  # else it took its place before the run was stopped
                if output.at_end:
                    _write(self._paths[number], output.at_end(whole[0]))
                whole[number] = self._whole(output, number)
        for number in reversed(range(len(whole))):
            if whole[number] != self._targets[number]:
                replace(whole[number], self._targets[number])
                self._paths[number].unlink(missing_ok=True)
        self.discard()

    def stopped(self, reason: BaseException) -> BaseException:
        """Return the error or interrupt of a run that stops; it says how to resume the run."""
        if not self._folder:
            return reason
        said = f"{reason}; " if str(reason) else f"{self._path}: stopped; "
        kind = KeyboardInterrupt if isinstance(reason, KeyboardInterrupt) else type(reason)
        return kind(
            f"{said}{self._articles:,} articles are done and kept: to go on, give the same command "
            "with --resume"
        )

    def discard(self) -> None:
        """Remove the folder of the run."""
        if self._folder:
            self._folder.remove()
            self._folder = None

    def close(self) -> None:
        """Close all files; remove parts that are in no folder, and leave the folder."""
        for stream in (*self._parts, *((self._journal,) if self._journal else ())):
            with suppress(OSError):
                stream.close()
        if self._folder:
            self._folder.leave()
            return
        for path in (*self._paths, *map(_whole_of, self._paths)):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _begin_folder(self) -> None:
        lines = b"".join(self._lines)
        self._folder = begin_folder(self._targets[0], self._manifest(), self._paths, lines)
        self._paths = [self._folder.part(number) for number in range(len(self._paths))]
        self._journal = self._folder.journal.open("ab")

    def _note(self, line: bytes) -> None:
        """Add a line to the journal."""
        if self._journal is None:
            self._lines.append(line)
        else:
            self._journal.write(line)
            self._journal.flush()

    def _resume(self, folder: RunFolder) -> None:
        """Open the parts of a stopped run, each cut to what the journal says."""
        if different := folder.difference(self._manifest()):
            raise InputError(
                f"{self._path}: the run cannot be resumed: {different}; "
                "give what it was begun with, or --restart"
            )
        self._paths = [folder.part(number) for number in range(len(self._targets))]
        lines = folder.journal.read_bytes().splitlines(keepends=True)
        self._finished = _FINISHED in lines
        if not self._finished:
            self._parts = [path.open("r+b") for path in self._paths]
        kept, kept_sizes = 0, []
        for line in lines:
            entry = JournalEntry.of(line)
            if not entry or not (self._finished or entry.is_next_of(self._parts)):
                break
            self._earlier.append(entry.batch)
            self.items += entry.batch.items
            self._articles += entry.batch.number
            kept += len(line)
            kept_sizes.append(entry.sizes)
        if self._finished:
            return
        for number, part in enumerate(self._parts):
            part.seek(sum(sizes[number] for sizes in kept_sizes))
            part.truncate()
        self._journal = folder.journal.open("r+b")
        self._journal.seek(kept)
        self._journal.truncate()

    def _whole(self, output: Output, number: int) -> Path:
        """Return the path of a file with the bytes that an output is to have."""
        part, target = self._paths[number], self._targets[number]
        if not FORMATS[output.style].has_sink and target.suffix.lower() != ".gz":
            return part
        whole = _whole_of(part)
        whole.unlink(missing_ok=True)
        with create(whole, target) as raw, part.open("rb") as lines:
            with compressed(raw, target) as stream:
                sink = FORMATS[output.style].sink(stream)
                for line in lines:
                    sink.append(line)
                sink.finish()
            flush_to_disk(raw)
        return whole


def _target(path: Path) -> Path | None:
    try:
        return regular_target(path)
    except OSError as reason:
        raise unwritable(path, reason) from None


def _whole_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.whole")


def _write(part: Path, data: bytes) -> None:
    with part.open("wb") as stream:
        stream.write(data)
        flush_to_disk(stream)
