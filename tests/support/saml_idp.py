"""A company's SAML 2.0 identity provider, as far as a sign-in needs one. signxml signs; what checks the signatures is another."""

import base64
import datetime as dt
import zlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner, methods

ENTITY = "https://idp.northwind.example/metadata"
SSO = "https://idp.northwind.example/sso"
_EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
_ADDRESS = """<saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3"><saml:AttributeValue>{email}</saml:AttributeValue>
</saml:Attribute>"""

_RESPONSE = """<samlp:Response
 xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="_r1" Version="2.0" IssueInstant="{now}" Destination="{acs}"{in_response}>
<saml:Issuer>{entity}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_a1" Version="2.0" IssueInstant="{now}"><saml:Issuer>{entity}</saml:Issuer>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>
<saml:Subject><saml:NameID Format="{format}">{name_id}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{later}" Recipient="{acs}"{in_response}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{earlier}" NotOnOrAfter="{later}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>
</saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement>{address}<saml:Attribute Name="urn:oid:2.5.4.42">
<saml:AttributeValue>{name}</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion></samlp:Response>"""


def make_key() -> tuple[rsa.RSAPrivateKey, str, str]:
    """A key, its self-signed certificate for "localhost", and both together, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate = made.public_bytes(serialization.Encoding.PEM).decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return key, certificate, private + certificate


@dataclass
class IdentityProvider:
    key: rsa.RSAPrivateKey = field(init=False)
    certificate: str = field(init=False)

    def __post_init__(self) -> None:
        self.key, self.certificate, _both = make_key()

    def answers(self, asked_at: str, *, email: str, name: str, **changed: str) -> dict[str, str]:
        """The form that the browser posts back after the provider has signed the person in. `changed` makes wrong answers:
        `audience`, `in_response_to`, `later`, `email_after` (put in after signing). `subject`: a lasting key of the person, the
        address being an attribute then."""
        packed = parse_qs(urlsplit(asked_at).query)["SAMLRequest"][0]
        request = etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))
        asked = changed.get("in_response_to", request.get("ID"))
        now = dt.datetime.now(dt.UTC)
        is_lasting = "subject" in changed
        text = _RESPONSE.format(
            now=_moment(now), earlier=_moment(now - dt.timedelta(minutes=5)),
            later=changed.get("later") or _moment(now + dt.timedelta(minutes=5)), acs=request.get("AssertionConsumerServiceURL"),
            entity=ENTITY, format=PERSISTENT if is_lasting else _EMAIL_FORMAT, name_id=changed.get("subject", email), name=name,
            address=_ADDRESS.format(email=email) if is_lasting else "",
            in_response=f' InResponseTo="{asked}"' if asked else "",
            audience=changed.get("audience") or request.findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"),
        )  # fmt: skip
        response = etree.fromstring(text.encode())
        assertion = response.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        signer = XMLSigner(method=methods.enveloped, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
        signed = signer.sign(assertion, key=self.key, cert=self.certificate, reference_uri="_a1", id_attribute="ID")
        response.replace(assertion, signed)
        if "email_after" in changed:
            response.find(".//{*}NameID").text = changed["email_after"]
        return {"SAMLResponse": base64.b64encode(etree.tostring(response)).decode(), "RelayState": ""}


def _moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
