"""What a mini-program catches when the host refuses a call."""


class ApiError(Exception):
    """The host refused a call; ``code`` says why and is stable, ``message`` is for a person.

    The codes are those of ``sdk.contract.errors.CALL_ERRORS``.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code
