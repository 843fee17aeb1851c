"""A mail server made of aiosmtpd: `smtpd.py none|starttls|tls CERT KEY [ANSWER…]`.

It prints its port, then each mail that it took as a line of JSON. `me` with `PASS-1` may send; `gone@` is nobody
here; each ANSWER is the one to a further mail, which is not taken then.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, cert, key, *answers = sys.argv[1:]
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if answers:
            return answers.pop(0)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        longest = max(len(line) for line in envelope.content.split(b"\r\n"))
        parts = [
            {"type": part.get_content_type(), "text": part.get_content()}
            for part in mail.walk()
            if not part.is_multipart()
        ]
        received = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "headers": {name: str(value) for name, value in mail.items()},
            "defects": [str(defect) for defect in mail.defects],
            "is_ascii": envelope.content.isascii(),
            "longest_line": longest,
            "kind": mail.get_content_type(),
            "parts": parts,
        }
        print(json.dumps(received), flush=True)
        return "250 taken"


def knows(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"me", b"PASS-1")
    return AuthResult(success=good, handled=False)


def server():
    return SMTP(
        Handler(),
        hostname="mail.example",
        tls_context=tls if mode == "starttls" else None,
        require_starttls=mode == "starttls",
        auth_required=True,
        auth_require_tls=mode == "starttls",
        authenticator=knows,
    )


async def main():
    wrapped = tls if mode == "tls" else None
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=wrapped)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(main())
