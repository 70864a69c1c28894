"""The few error classes of Sayso. Each message says what was found, where, what is allowed, and what to do."""


class SaysoError(Exception):
    """Base of all errors that Sayso raises on purpose; `exit_code` is what the command line ends with."""

    exit_code = 1


class ConfigError(SaysoError):
    """A configuration file, option or rule file is wrong (exit code 2)."""

    exit_code = 2


class LexiconError(ConfigError):
    """A data file of rules (cues, boilerplate, registry) does not follow its schema."""


class InputError(SaysoError):
    """Input data can't be read or used (exit code 3)."""

    exit_code = 3


class OffsetError(InputError):
    """A span is empty, reversed, or outside its text."""


class OutputError(SaysoError):
    """An output can't be written: full disk, no permission, not our folder (exit code 3)."""

    exit_code = 3


class HubError(SaysoError):
    """The Hub or the network refused or failed (exit code 4)."""

    exit_code = 4


class ConflictError(SaysoError):
    """Somebody else holds the lock, or the target exists and is not ours to replace (exit code 5)."""

    exit_code = 5


class ArtifactError(ConfigError):
    """A model file is missing, tampered with, or of another scheme (exit code 2)."""
