"""The HTML page that reports on articles share: it holds its style, and loads nothing."""

from html import escape
from string import Template

_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title</title>
<style>
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
body { font: 1rem/1.6 Georgia, serif }
h1, table, summary { font-family: system-ui, sans-serif }
h1 { font-size: 1.3rem } table { border-collapse: collapse; font-size: .9rem }
th, td { padding: .1rem .9rem .1rem 0; text-align: left; vertical-align: top }
@media print { body { margin: 0 } }
</style>
<h1>$title</h1>
$body
</html>
""")


def page(title: str, body: str) -> str:
    """Return a page with this title, which is escaped here, and this HTML as its body."""
    return _PAGE.substitute(title=escape(title), body=body)
