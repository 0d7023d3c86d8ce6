"""What a person is told when input cannot be used: one clear line that says what to do."""


class SourceError(Exception):
    """A source cannot be read at all; the message is one line for a person."""


class FileRefused(SourceError):
    """A whole file is refused; nothing of it is landed."""

    def __init__(self, file_name: str, reason: str) -> None:
        super().__init__(f"{file_name}: {reason}")
        self.file_name = file_name
        self.reason = reason
