"""Events of one generation on their way from the engine to its reader."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..backend import Event, Finish, Logprob, Prefill, TextDelta

#: What the engine posts: an event, the error that ends the generation, or None: its row is free.
Post = Event | Exception | None


class Mailbox:
    """Lives on one event loop. Text that nobody has read yet is merged; of prefills the last one counts."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        #: Set once the engine has let go of the request.
        self.released = asyncio.Event()
        self._prefill: Prefill | None = None
        self._texts: list[str] = []
        self._tokens: list[int] = []
        self._logprobs: list[Logprob] = []
        self._has_text = False
        self._end: Finish | Exception | None = None
        self._reader: asyncio.Future[None] | None = None

    def put(self, post: Post) -> None:
        if post is None:
            self.released.set()
            return
        if isinstance(post, TextDelta):
            self._has_text = True
            self._texts.append(post.text)
            self._tokens.extend(post.tokens)
            self._logprobs.extend(post.logprobs)
        elif isinstance(post, Prefill):
            self._prefill = post
        else:
            self._end = post
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> Event:
        """The next event; raises the error that ended the generation. One reader at a time."""
        while True:
            if self._prefill is not None:
                prefill, self._prefill = self._prefill, None
                return prefill
            if self._has_text:
                return self._take_text()
            if isinstance(self._end, Finish):
                return self._end
            if self._end is not None:
                raise self._end
            self._reader = self.loop.create_future()
            await self._reader

    def _take_text(self) -> TextDelta:
        text = self._texts[0] if len(self._texts) == 1 else "".join(self._texts)
        delta = TextDelta(text, self._tokens, self._logprobs)
        self._texts, self._tokens, self._logprobs = [], [], []
        self._has_text = False
        return delta


def deliver(posts: Sequence[tuple[Mailbox, Post]]) -> None:
    """Everything of one step, in one callback of the event loop."""
    for mailbox, post in posts:
        mailbox.put(post)
