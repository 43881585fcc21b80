"""The example of nginx before several processes, run as it stands where nginx is at hand."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.worker import COOKIE
from tests.browser.serving import ROOT, Server, free_port, serve_by, wait_until_healthy

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
AROUND = """
daemon off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b;
  fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e;
  {1}
}}
"""


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[Server]:
    if NGINX is None:
        pytest.skip("nginx is not installed (its example in deploy/ is tried where it is)")
    with serve_by(2, tmp_path / "server.log") as server:
        mine, theirs = free_port(), urlsplit(server.url).port
        example = (ROOT / "deploy" / "nginx.conf").read_text()
        assert "listen 80;" in example and "127.0.0.1:8501/" in example
        example = example.replace("listen 80;", f"listen 127.0.0.1:{mine};")
        example = example.replace("127.0.0.1:8501/", f"localhost:{theirs}/")
        config = tmp_path / "nginx.conf"
        config.write_text(AROUND.format(tmp_path, example))
        process = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(config)])
        before = Server(f"http://127.0.0.1:{mine}/course/rnn", server.log, server.process)
        try:
            wait_until_healthy(before, process)
            yield before
        finally:
            process.terminate()
            process.wait()


def test_two_readers_are_served_by_two_processes_and_download(visit, behind_nginx):
    served = set()
    for _ in range(2):
        app = visit(behind_nginx).open("/gates?cell=gru&steps=12")
        app.slide("Weight scale", 1)
        with app.page.expect_download() as found:
            app.page.get_by_role("button", name="Numbers as CSV").click()
        assert found.value.path().stat().st_size > 1000
        served |= {c["value"] for c in app.page.context.cookies() if c["name"] == COOKIE}
        app.check_clean()
    assert served == {"0", "1"}
