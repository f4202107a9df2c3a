"""What can go wrong on the way to a receiver.

NotSent          no answer came: the receiver cannot be reached, or takes too long
└── Refused      nothing was sent: Baton does not send there
"""


class NotSent(Exception):
    """No answer came."""


class Refused(NotSent):
    """Nothing was sent: it leads where Baton does not send."""
