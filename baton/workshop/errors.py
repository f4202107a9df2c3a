"""What can go wrong in the workshop.

WorkshopError
├── WorkspaceError            a git workspace could not do what was asked
│   ├── GitFailed             git itself failed; the message carries its last lines
│   ├── RepositoryNotFound    nothing to clone at that address
│   ├── RepositoryUnreachable the address may be right, the way to it is not open: worth a retry
│   ├── RemoteUnreachable     the shared repository does not answer: worth a retry
│   ├── RemoteRefused         the shared repository does not take or give what a build needs: a person has to mend it
│   ├── RefNotFound           the repository has no such branch, tag or commit
│   ├── CommitNotFound        the workspace has no such commit
│   ├── FileNotInCommit       the commit has no such regular file
│   ├── TagTaken              the tag exists and points at another commit
│   ├── UnsafeLink            a symbolic link leads out of the tree
│   ├── TreeUnfit             paths in the tree are too long or nested too deep
│   └── WorkspaceBusy         somebody else holds the workspace: worth a retry
├── SandboxUnavailable        this machine cannot run the sandbox that was asked for
├── KeyUnusable               a key is missing, locked, or no key for signatures
├── SignatureBroken           a signature does not hold, or is by a key that is not trusted
├── EvidenceUnreadable        a report file is missing, too large, hostile or not what it claims to be
└── ArchiveError
    ├── ArchiveRefused        the input must not be packed or unpacked
    └── ArchiveBroken         the archive does not hold what its manifest says
"""


class WorkshopError(Exception):
    """Base of every error raised here, but for ValueError on arguments that are wrong by form."""


class WorkspaceError(WorkshopError):
    """A git workspace could not do what was asked."""


class GitFailed(WorkspaceError):
    """Git ended with an error that has no name of its own here."""


class RepositoryNotFound(WorkspaceError):
    """There is no repository at the address given."""


class RepositoryUnreachable(WorkspaceError):
    """The repository could not be read this time."""


class RemoteUnreachable(WorkspaceError):
    """The repository that the machines of a build share could not be reached this time."""


class RemoteRefused(WorkspaceError):
    """The repository that the machines of a build share does not let this machine in, or is none."""


class RefNotFound(WorkspaceError):
    """The repository has no such branch, tag or commit."""


class CommitNotFound(WorkspaceError):
    """The workspace has no such commit."""


class FileNotInCommit(WorkspaceError):
    """The commit has no such regular file, or it is larger than the reader allows."""


class TagTaken(WorkspaceError):
    """The tag exists already and points at another commit."""


class UnsafeLink(WorkspaceError):
    """A symbolic link leads out of the tree that holds it."""


class TreeUnfit(WorkspaceError):
    """The tree holds paths that are too long or nested too deep to be worked with."""


class WorkspaceBusy(WorkspaceError):
    """Another activity holds the workspace."""


class SandboxUnavailable(WorkshopError):
    """The machine cannot run the sandbox that was asked for."""


class KeyUnusable(WorkshopError):
    """A key cannot be used; the message says what to do. It never holds anything of a private key."""


class SignatureBroken(WorkshopError):
    """What was signed is not proven by its signature."""


class EvidenceUnreadable(WorkshopError):
    """A report file cannot be used as evidence."""


class ArchiveError(WorkshopError):
    """Base of the errors about release archives."""


class ArchiveRefused(ArchiveError):
    """The input holds something that must not be packed or unpacked."""


class ArchiveBroken(ArchiveError):
    """The archive does not hold what its manifest says."""
