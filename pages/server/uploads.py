"""Uploads: only what a page asked for, and of each session the last few."""

import re
from collections import deque
from collections.abc import Sequence, Set
from typing import Final

import streamlit as st
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import (
    UploadedFileManager,
    UploadedFileRec,
    UploadFileUrlInfo,
)

UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")  # session, file
FILES_KEPT = 3  # of one session: one for each of a page's uploaders, and one that is on its way
FILES_ASKED = 8  # addresses that a session may hold without having used them
MOST_UPLOADED = 200e6  # bytes, of all sessions together


class Uploads:
    """Rules for uploads: only files that a page asked for, and of each session the last few.

    Streamlit 1.67 takes any number of files under any names for any session that is open.
    """

    def __init__(self) -> None:
        self.asked: dict[str, deque[str]] = {}  # session -> files it was given an address for
        self.coming = 0  # uploads under way

    def watch(self, manager: UploadedFileManager) -> None:
        """Hear of every address that is given, and of every file that has come."""
        assert isinstance(manager, MemoryUploadedFileManager)
        self.manager, give, take = manager, manager.get_upload_urls, manager.add_file

        def given(session_id: str, file_names: Sequence[str]) -> list[UploadFileUrlInfo]:
            found = give(session_id, file_names[:FILES_ASKED])
            mine = self.asked.setdefault(session_id, deque(maxlen=FILES_ASKED))
            mine.extend(info.file_id for info in found)
            return found

        def taken(session_id: str, file: UploadedFileRec) -> None:
            take(session_id, file)
            for old in list(manager.file_storage[session_id])[:-FILES_KEPT]:
                manager.remove_file(session_id, old)

        manager.get_upload_urls = given  # type: ignore[method-assign]
        manager.add_file = taken  # type: ignore[method-assign]

    def admit(self, session_id: str, file_id: str) -> Response | None:
        """Why a file is refused, if it is; an address serves once."""
        if file_id not in self.asked.get(session_id, ()):
            return PlainTextResponse("No page of this session asked for this file.", 403)
        self.asked[session_id].remove(file_id)
        most = st.get_option("server.maxUploadSize") * 2**20
        if self.bytes() + (self.coming + 1) * most > MOST_UPLOADED:
            return PlainTextResponse("Too many files are kept here just now: try later.", 503)
        return None

    def bytes(self) -> int:
        """The size of all files that are kept."""
        sessions = self.manager.file_storage.values()
        return sum(len(file.data) for files in sessions for file in files.values())

    def forget(self, alive: Set[str]) -> None:
        """Let go of the files of sessions that have ended, also of those that came too late."""
        for session_id in {*self.asked, *self.manager.file_storage} - alive:
            self.asked.pop(session_id, None)
            self.manager.remove_session_files(session_id)


UPLOADS: Final = Uploads()


class UploadGate:
    """Middleware: an upload that is refused is not even read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through but uploads that nobody asked for, or too many."""
        upload = (
            scope["type"] == "http" and scope["method"] == "PUT" and UPLOAD.search(scope["path"])
        )
        if not upload:
            return await self.app(scope, receive, send)
        refused = UPLOADS.admit(*upload.groups())
        if refused is not None:
            return await refused(scope, receive, send)
        UPLOADS.coming += 1
        try:
            await self.app(scope, receive, send)
        finally:
            UPLOADS.coming -= 1
