"""The published schema of the SOAP messages, where it is at hand; the tests hold against it what the sample server answers
and what spfs sends."""
import ctypes
import functools
import subprocess
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent.parent.parent / 'shared/schema/practical/soap-envelope.xsd'


@functools.lru_cache(1)
def schema():
    """libxml2 and the schema, which is read once: xmllint would read it for every message. None: no such library."""
    try:
        lib = ctypes.CDLL('libxml2.so.2')
        lib.xmlInitParser()
    except OSError:
        return None
    for name in ('xmlSchemaNewParserCtxt', 'xmlSchemaParse', 'xmlSchemaNewValidCtxt', 'xmlReadMemory'):
        getattr(lib, name).restype = ctypes.c_void_p
    parsed = lib.xmlSchemaParse(ctypes.c_void_p(lib.xmlSchemaNewParserCtxt(str(SCHEMA).encode())))
    return (lib, ctypes.c_void_p(parsed)) if parsed else None


def is_valid(body):
    if not schema():
        return False
    lib, parsed = schema()
    # no messages, no network, any size
    doc = ctypes.c_void_p(lib.xmlReadMemory(body, len(body), None, None, 1 << 5 | 1 << 6 | 1 << 11 | 1 << 19))
    context = ctypes.c_void_p(lib.xmlSchemaNewValidCtxt(parsed))
    valid = bool(doc) and lib.xmlSchemaValidateDoc(context, doc) == 0
    lib.xmlSchemaFreeValidCtxt(context)
    lib.xmlFreeDoc(doc)
    return valid


def validate(body, version='1.1'):
    """Holds a message against the published schema, where that is at hand; xmllint says what is wrong with it."""
    if version != '1.1' or not SCHEMA.exists() or is_valid(body):
        return
    p = subprocess.run(['xmllint', '--noout', '--huge', '--schema', SCHEMA, '-'], input=body, capture_output=True)
    assert p.returncode == 0, p.stderr.decode()[:2000] + body.decode()[:1000]
