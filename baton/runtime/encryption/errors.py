"""What goes wrong with the encryption of payloads. No message holds a key or what was encrypted.

EncryptionError
├── KeysUnusable          the keys that this process was given: their text, their file, its permissions
└── PayloadUnreadable     a payload that this process cannot decrypt
    ├── KeyUnknown        it has keys, or none, but not this one
    └── PayloadDamaged    it has the key, and the payload is not what was encrypted with it
"""


class EncryptionError(Exception):
    """Base of all of them; the message says what to do."""


class KeysUnusable(EncryptionError):
    """Keys that nothing can be encrypted with."""


class PayloadUnreadable(EncryptionError):
    """A payload whose plain text this process cannot tell."""


class KeyUnknown(PayloadUnreadable):
    """A payload was encrypted with a key that is not here."""


class PayloadDamaged(PayloadUnreadable):
    """A payload was changed after it was encrypted, or its key has the ID of another one."""
