"""Runs the review page: opens pool, answers and model, serves, and ends cleanly."""

import socket
import threading
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from textclf.classifier.classifier import Classifier
from textclf.classifier.loading import load
from textclf.codebook.scheme import Scheme
from textclf.codebook.scheme_file import find_scheme
from textclf.corpus.records import Corpus, Record
from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.review_page.answers import AnswerFile, only_session
from textclf.review_page.pool import Pool, articles_of_texts
from textclf.review_page.proposing import proposals_path
from textclf.review_page.settings import ReviewSettings
from textclf.review_page.training import is_bundled
from textclf.review_page.units import fitting

_HOST = "127.0.0.1"

Report = Callable[[str], None]


def review_files(
    inputs: Sequence[str],
    scheme: str,
    settings: ReviewSettings,
    reading: ReadOptions = ReadOptions(),
    *,
    host: str = _HOST,
    port: int = 0,
    browser: bool = True,
    report: Report = lambda _: None,
) -> int:
    """Serve the review page for a pool until Ctrl-C; return the number of the coder's answers.

    `report` gets the address, and what is wrong with the pool. Raises InputError if the pool or
    the file of answers cannot be read, if the port is taken, or if the extra is not installed.
    """
    chosen = find_scheme(scheme)
    own = (settings.output, proposals_path(settings.output))
    pool = Pool.read(inputs, chosen, reading, report, own)
    return _served(pool, chosen, settings, host, port, browser=browser, report=report)


def review(
    texts: Iterable[str],
    scheme: str | Scheme,
    *,
    output: str | Path = "",
    coder: str = "",
    order: str = "random",
    goal: int = 100,
    browser: bool = True,
) -> list[Record]:
    """Open the review page for texts, and return the records of the answers.

    It returns when you press "Finish" on the page, or interrupt it. Answers go to the file
    `output`, from which they are read again next time; without a name, to a new one in a temporary
    folder that only you can read. A text that occurs twice is asked about once.
    """
    chosen = scheme if isinstance(scheme, Scheme) else find_scheme(scheme)
    path = Path(output or Path(mkdtemp(prefix="textclf-review-")) / f"{chosen.name}.jsonl")
    settings = ReviewSettings(path, coder, order, goal)  # type: ignore[arg-type]
    pool = Pool(articles_of_texts(texts))
    if not len(pool):
        raise InputError("there is no text to review")
    _served(pool, chosen, settings, _HOST, 0, browser=browser, report=print)
    return list(Corpus.read([path]).labelled(chosen).records)


def _served(
    pool: Pool,
    scheme: Scheme,
    settings: ReviewSettings,
    host: str,
    port: int,
    *,
    browser: bool,
    report: Report,
) -> int:
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency

        from textclf.review_page.assistants import Assistants  # noqa: PLC0415 - start-up time
        from textclf.review_page.security import HOSTS, Guard  # noqa: PLC0415 - an optional dependency
        from textclf.review_page.server import review_app  # noqa: PLC0415 - an optional dependency
        from textclf.review_page.session import ReviewSession  # noqa: PLC0415 - start-up time
    except ImportError as reason:
        raise InputError(
            f"the review page needs {reason.name}; install it with: pip install 'textclf[review]'"
        ) from None
    if host not in HOSTS:
        raise InputError(f"host {host!r}: the page is served on {' or '.join(HOSTS)} alone")
    model, classifier = _model(settings, scheme)
    settings = replace(settings, model=model)
    with (
        only_session(settings.output, settings.coder),
        closing(AnswerFile(settings.output, report, fitting(pool, scheme))) as answers,
        _listening(host, port) as sock,
    ):
        session = ReviewSession(pool, scheme, answers, settings, classifier)
        assistants = Assistants(session)

        def finish() -> None:
            server.should_exit = True

        guard = Guard(review_app(session, assistants, finish), host, int(sock.getsockname()[1]))
        config = uvicorn.Config(
            guard,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
        server = uvicorn.Server(config)
        report(f"review page: {guard.address}")
        report("stop with Ctrl-C; every answer is on the disk as soon as it is given")
        assistants.begin()
        if browser:
            threading.Thread(target=_open_browser, args=(guard.address,), daemon=True).start()
        try:
            _run(server, sock)
        finally:
            assistants.end()
        session.answers.refresh()
        return len(session.answered)


def _run(server: object, sock: socket.socket) -> None:
    """Run the server until it is stopped, in a thread of its own, as a notebook has a loop."""
    thread = threading.Thread(target=server.run, args=([sock],), daemon=True)  # type: ignore[attr-defined]
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
    except KeyboardInterrupt:
        server.should_exit = True  # type: ignore[attr-defined]
        with suppress(KeyboardInterrupt):
            thread.join(5)


def _open_browser(address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(address)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen()
    except (OSError, OverflowError) as reason:
        sock.close()
        why = getattr(reason, "strerror", None) or reason
        raise InputError(f"port {port} cannot be used: {why}; give another with --port") from None
    return sock


def _model(settings: ReviewSettings, scheme: Scheme) -> tuple[str, Classifier | None]:
    """Return the model whose labels are shown: the one that is given, or the bundled one."""
    name = settings.model or (scheme.name if is_bundled(scheme) else "")
    if not name:
        return "", None
    classifier = load(name)
    if classifier.scheme.label_names != scheme.label_names:
        raise InputError(f"model {name!r} has other labels than the scheme {scheme.name!r}")
    return name, classifier
