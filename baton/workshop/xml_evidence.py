"""Read XML that a command may have written: bounded, without entities, refused in plain words."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from baton.workshop._evidence import evidence
from baton.workshop.errors import EvidenceUnreadable


def xml_evidence(source: Path | bytes, what: str, *, document_type: bool = False) -> Any:
    """The root element. Raises EvidenceUnreadable when it is missing, too large, not XML or hostile.

    ``document_type`` lets one through that names a document type; entities and what lies elsewhere never.
    """
    data = evidence(source, what)
    try:
        return fromstring(data, forbid_dtd=not document_type)
    except DefusedXmlException as error:
        raise EvidenceUnreadable(f"the {what} is refused as hostile XML: {type(error).__name__}") from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise EvidenceUnreadable(f"the {what} is not XML: {str(error)[:200]}") from error
