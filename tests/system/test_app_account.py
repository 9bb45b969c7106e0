"""The account in the real application: devices come and go, each refusal has its sentence, changes elsewhere arrive."""

import json
import time

import pytest

from tests.fakes.sip_phone import SipPhone
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.test_app_sign_in import only_bus
from tests.system.waiting import until

# Each test has somebody of its own, so that no other test's devices are in its way.
DORA, GINA, HANS = "dora@example.com", "gina@example.com", "hans@example.com"
PEOPLE = (
    {"email": DORA, "extension": "130", "label": "Dora Sim"},
    {"email": GINA, "extension": "131", "label": "Gina Ang"},
    {"email": HANS, "extension": "132", "label": "Hans Yeo"},
    {"email": "eve@example.com", "extension": "140", "label": "Eve Koh", "licensed": False},
    {"email": "frank@example.com", "extension": None, "label": "Frank Wee"},
)
REPLACED = "This computer was replaced by another device. Sign in to use it again."


@pytest.fixture(scope="module")
def phone_system():
    """With these people beside the demo's."""
    with LocalPhoneSystem(people=PEOPLE) as system:
        yield system


def sign_in(application, system, email, *more, password=None):
    """(exit code, what was said)"""
    code, _, said = application.run(
        "sign-in", "--email", email, "--password-stdin", "--service", system.service, *more,
        stdin=(system.password_of(email) if password is None else password) + "\n",
    )  # fmt: skip
    return code, said


def devices_of(system, token):
    status, document = system.request("GET", "/extension", token=token)
    assert status == 200, document
    return document["devices"]


def presence_of(system, token, extension):
    status, entries = system.request("GET", "/directory", token=token)
    assert status == 200, entries
    return next(entry["presence"] for entry in entries if entry["key"] == extension)


def change(system, token, patch):
    """By another of the account's devices."""
    status, document = system.request(
        "PATCH", "/extension", patch, token=token,
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert status == 200, document


def saved_line(secret_service):
    """How the application registers, as it keeps it in the keychain."""
    return until(lambda: json.loads(secret_service.entries() or "null"), "the account is kept")["provisioning"]


def registrar_says(system, line):
    """The final answer to a REGISTER of another phone with these credentials."""
    with SipPhone("somebody") as phone:
        phone.tell(
            "register", domain=line["domain"], username=line["username"], password=line["password"],
            auth_username=line["auth_username"], server=system.address("udp"),
        )  # fmt: skip
        return phone.wait_for_event("registration")["code"]


def talking(application, number):
    call_id = application.do("call", number)
    application.wait_for(
        lambda s: any(c["id"] == call_id and c["state"] == "confirmed" and c["media"] for c in s["calls"]),
        f"{number} answers", 20,
    )  # fmt: skip
    return call_id


def test_after_signing_out_the_device_is_gone_and_its_sip_secret_is_void(phone_system, secret_service, started):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file, **only_bus(secret_service)})
    assert sign_in(application, phone_system, DORA) == (0, "")
    application.registered()
    line = saved_line(secret_service)
    other = phone_system.sign_in(DORA, "another desk")
    names = [device["name"] for device in devices_of(phone_system, other) if not device["this_device"]]
    assert len(names) == 1

    assert registrar_says(phone_system, line) == 200
    application.do("sign-out")
    until(lambda: [d["name"] for d in devices_of(phone_system, other)] == ["another desk"], "the device is gone")
    assert registrar_says(phone_system, line) in (401, 403)


def test_with_three_devices_one_is_chosen_and_replaced_even_while_it_is_in_a_call(phone_system, started, carol):
    first = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    assert sign_in(first, phone_system, GINA) == (0, "")
    first.registered()
    others = [phone_system.sign_in(GINA, name) for name in ("the desk phone", "the mobile")]
    devices = devices_of(phone_system, others[0])
    in_use = next(device for device in devices if device["name"] not in ("the desk phone", "the mobile"))

    second = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    code, said = sign_in(second, phone_system, GINA)
    assert code == 1
    assert said.startswith("This extension is active on the most devices it can have. Choose one to replace.")
    for device in devices:
        assert f"{device['id']} {device['name']}" in said
    assert first.status()["session"] == "signed_in", "a refused sign-in replaces nobody"

    first_call = first.do("call", "120")
    incoming = carol.wait_for_call()
    incoming.answer()
    first.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "confirmed", "they talk")
    incoming.wait_for_media()
    assert sign_in(second, phone_system, GINA, "--replace-device", in_use["id"]) == (0, "")
    second.registered()

    first.wait_for(lambda s: s["session"] == "signed_out", "the replaced one is signed out", 5)
    status = first.status()
    assert status["failure"] == REPLACED
    assert status["registration"]["state"] == "unregistered"
    assert status["signed_in"] is None
    first.wait_for(lambda s: all(c["state"] == "disconnected" for c in s["calls"]), "its call is over", 5)
    assert first.call_state(first_call) in ("disconnected", "gone")
    assert incoming.wait_for_end()[0] == 200, "hung up in order"
    assert first.run("call", "120")[0] == 1, "nothing can be called"
    here = devices_of(phone_system, others[0])
    assert len(here) == 3
    assert in_use["id"] not in [device["id"] for device in here]
    assert "Traceback" not in first.log
    second.do("sign-out")
    until(lambda: presence_of(phone_system, others[0], "131") == "offline", "nothing of it is registered any more")
    assert sign_in(first, phone_system, GINA) == (0, ""), "it may come back"
    first.registered()
    talking(first, "*43")


def test_after_five_wrong_passwords_one_is_told_to_wait(phone_system, started):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    for _ in range(5):
        assert sign_in(application, phone_system, "bob@example.com", password="wrong") == (
            1, "Wrong email or password. Check both.",
        )  # fmt: skip
    code, said = sign_in(application, phone_system, "bob@example.com")
    assert code == 1
    assert said.startswith("Too many tries. Wait ")
    assert application.status()["session"] == "signed_out"


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        (
            "eve@example.com",
            "This extension has no desktop licence. Ask your administrator to add one, then try again.",
        ),
        ("frank@example.com", "No extension is assigned to you yet. Ask your administrator."),
    ],
)
def test_an_account_that_has_no_desktop_telephone_is_told_whom_to_ask(phone_system, started, email, sentence):
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file})
    assert sign_in(application, phone_system, email) == (1, sentence)
    assert application.status()["session"] == "signed_out"
    assert sign_in(application, phone_system, "alice@example.com") == (0, ""), "somebody else may sign in here"
    application.registered()


def test_a_label_changed_elsewhere_shows_within_a_second(phone_system, signed_in):
    application = signed_in(HANS)
    other = phone_system.sign_in(HANS, "another desk")
    # The stream of changes is open once it has told of one.
    change(phone_system, other, {"label": "Hans"})
    application.wait_for(lambda s: s["signed_in"]["label"] == "Hans", "the first change")
    changed = time.monotonic()
    change(phone_system, other, {"label": "Hans Yeo-Lim"})
    application.wait_for(lambda s: s["signed_in"]["label"] == "Hans Yeo-Lim", "the changed label", 5)
    assert time.monotonic() - changed < 1.0
