"""Where payloads are decrypted for Temporal's own tools, and how much of them at a time."""

CODEC_PATH = "/codec"
"""What `temporal --codec-endpoint` and the Web UI are given, behind the gateway's address."""

MOST_BYTES = 16_000_000
"""The largest body that is read there: of an event, Temporal takes 2 MB of payloads, which JSON makes longer."""
