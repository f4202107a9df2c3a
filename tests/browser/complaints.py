"""What a page complains of: errors in its scripts and on its console, and what it wanted from elsewhere."""

from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Error, Page, Request

_HERE = {"127.0.0.1", "localhost", "::1"}
_OF_THE_NET = {"http", "https", "ws", "wss"}


def listen(page: Page, heard: list[str]) -> None:
    """Add to ``heard`` what ``page`` complains of from now on."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            heard.append(f"console: {message.text}")

    def on_error(error: Error) -> None:
        heard.append(f"script: {error.message}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in _OF_THE_NET and address.hostname not in _HERE:
            heard.append(f"from elsewhere: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", on_error)
    page.on("request", on_request)
