"""Make the pictures of the page in docs/: `python tools/page_pictures.py`."""

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import steepest as st

DOCS = Path(__file__).parents[1] / "docs"


def main() -> None:
    """Write the three pictures that the README shows."""
    geyser = {"data": "geyser", "target": "waiting", "features": ["duration"]}
    plain = {"rule": "steepest", "scale": "none", "steps": 200}
    penguins = {"data": "penguins", "target": "species", "features": ["bill_length_mm"]}
    pages = {
        "page-geyser": (st.descend(**geyser, **plain, learning_rate=0.05), "at=12", 980),
        "page-penguins": (
            st.descend(**penguins, missing="drop", rule="momentum", learning_rate=0.3, steps=200),
            "at=200",
            1990,
        ),
        "page-diverged": (
            st.descend(**geyser, **plain, learning_rate=0.05),
            "runs=2&run2.rate=0.071&run=2&at=60",
            1290,
        ),
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (run, link, height) in pages.items():
            path = Path(folder) / f"{name}.html"
            run.page(path)
            _shoot(browser, f"{path.as_uri()}#v=1&{link}", height, DOCS / f"{name}.webp")
        browser.close()


def _shoot(browser: Browser, address: str, height: int, path: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": height})
    page.goto(address)
    page.wait_for_selector(".st-app[data-busy=false]")
    page.wait_for_timeout(1000)  # the surface is drawn finer once nothing moves
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(path, quality=88, method=6)
    page.close()


if __name__ == "__main__":
    main()
