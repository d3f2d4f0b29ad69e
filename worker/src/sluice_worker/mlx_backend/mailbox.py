"""Events of one generation on their way from the engine's thread to its reader."""

from __future__ import annotations

import asyncio

from ..backend import Event, Finish, Prefill, TextDelta


class Mailbox:
    """Lives on one event loop. Text that nobody has read yet is merged; of prefills the last one counts."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        #: Set once the engine has nothing of the request any more.
        self.released = asyncio.Event()
        self._prefill: Prefill | None = None
        self._texts: list[TextDelta] = []
        self._end: Finish | Exception | None = None
        self._news = asyncio.Event()

    def put(self, event: Event | Exception) -> None:
        if isinstance(event, TextDelta):
            self._texts.append(event)
        elif isinstance(event, Prefill):
            self._prefill = event
        else:
            self._end = event
        self._news.set()

    async def get(self) -> Event:
        """The next event; raises the error that ended the generation."""
        while True:
            await self._news.wait()
            if self._prefill is not None:
                prefill, self._prefill = self._prefill, None
                return prefill
            if self._texts:
                return self._take_texts()
            if isinstance(self._end, Finish):
                return self._end
            if self._end is not None:
                raise self._end
            self._news.clear()

    def _take_texts(self) -> TextDelta:
        texts, self._texts = self._texts, []
        if len(texts) == 1:
            return texts[0]
        return TextDelta(
            "".join(text.text for text in texts),
            [token for text in texts for token in text.tokens],
            [logprob for text in texts for logprob in text.logprobs],
        )
