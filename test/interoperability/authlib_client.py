"""What Authlib makes of the service.

Reads from standard input, as JSON, where the service is and who logs in; prints, as JSON, what came of each step. The
test beside it says what must have come.
"""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url

given = json.load(sys.stdin)
issuer, person, shop, robot = (given[name] for name in ("issuer", "person", "shop", "robot"))
found = {}


def error_of(step):
    """The error of RFC 6749 §5.2 that a step comes to."""
    try:
        step()
    except OAuthError as error:
        return error.error
    return "none"


# RFC 8414
metadata = AuthorizationServerMetadata(requests.get(get_well_known_url(issuer, external=True), timeout=30).json())
for key in metadata.REGISTRY_KEYS:
    # Authlib takes an empty list of response types for none; there is no authorization endpoint that could have one.
    if key != "response_types_supported":
        getattr(metadata, "validate_" + key)()
found["issuer"] = metadata["issuer"]
token_endpoint = metadata["token_endpoint"]


def session(client, **more):
    return OAuth2Session(client["clientId"], client.get("clientSecret"), token_endpoint=token_endpoint, default_timeout=30, **more)


# RFC 6749 §4.3, §2.3.1
found["by method"] = {}
for method in ("client_secret_basic", "client_secret_post"):
    login = session(shop, token_endpoint_auth_method=method).fetch_token(token_endpoint, **person)
    wrong = session({**shop, "clientSecret": "wrong"}, token_endpoint_auth_method=method)
    found["by method"][method] = [login["token_type"], error_of(lambda: wrong.fetch_token(token_endpoint, **person))]
first_party = session({"clientId": "gatehouse"}, token_endpoint_auth_method="none")
first_party.fetch_token(token_endpoint, **person)
found["userinfo"] = first_party.get(metadata["userinfo_endpoint"]).json()["preferred_username"]
found["wrong password"] = error_of(lambda: first_party.fetch_token(token_endpoint, **{**person, "password": "wrong"}))

# RFC 6749 §6, RFC 7662, RFC 7009
buyer = session(shop, revocation_endpoint_auth_method="client_secret_basic")


def introspect(token):
    return buyer.introspect_token(metadata["introspection_endpoint"], token=token).json()


login = dict(buyer.fetch_token(token_endpoint, **person))
found["introspected"] = introspect(login["access_token"])
renewed = dict(buyer.refresh_token(token_endpoint, refresh_token=login["refresh_token"]))
found["rotated"] = renewed["refresh_token"] != login["refresh_token"]
found["revoked"] = buyer.revoke_token(metadata["revocation_endpoint"], token=renewed["refresh_token"]).status_code
found["after that"] = introspect(renewed["access_token"])
found["refreshed after that"] = error_of(
    lambda: buyer.refresh_token(token_endpoint, refresh_token=renewed["refresh_token"])
)

# RFC 6749 §4.4; a session gets its next token by itself when the last one has expired.
program = session(robot, scope="finance:read", grant_type="client_credentials")
program.fetch_token(token_endpoint)
found["program"] = [program.get(issuer + path).status_code for path in ("/finance/data", "/hr/data")]
program.token["expires_at"] = 1
found["program, renewed"] = program.get(issuer + "/finance/data").status_code

# RFC 7519, by RFC 7517
keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())


def verify(token, audience):
    """Whose token it is, or why it is refused."""
    try:
        claims = JsonWebToken(["RS256", "ES256"]).decode(
            token,
            key=keys,
            claims_options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": audience},
                "exp": {"essential": True},
            },
        )
        claims.validate()
        return claims["username"]
    except (JoseError, ValueError) as error:
        return type(error).__name__


found["verified"] = verify(login["access_token"], shop["audience"])
found["for another"] = verify(login["access_token"], "https://elsewhere.test")
found["forged"] = [verify(token, issuer) for token in given["forgeries"]]

print(json.dumps(found))
