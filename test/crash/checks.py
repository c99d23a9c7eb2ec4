"""What must be true after the crashes, when everything has come to rest."""

import collections
import json

from florin import amount, run, status_of, wait_until

OPEN_OPERATIONS = {"OPERATION_STATUS_SENT", "OPERATION_STATUS_PENDING", "OPERATION_STATUS_UNKNOWN"}
HEAL_S = 180


class Books:
    """All payments of the tenant, healed, and every answer that was acknowledged."""

    def __init__(self, platform, acknowledged_file):
        self.platform = platform
        self.acknowledged = [json.loads(line) for line in acknowledged_file.read_text().splitlines()]
        self.payments = {}

    def heal(self):
        wait_until(self._is_at_rest, "every payment and operation has an outcome", HEAL_S)
        self.payments = {payment["id"]: payment for payment in self._all()}

    def _all(self):
        client = self.platform.client()
        try:
            return client.all_payments()
        finally:
            client.close()

    def _is_at_rest(self):
        if self.platform.metric("florin_effects_pending") != 0:
            return False
        return not any(is_open(payment) for payment in self._all())

    # Each check gives the list of what is wrong.

    def nothing_open(self):
        return [f"{payment['id']} {payment['status']}" for payment in self.payments.values() if is_open(payment)]

    def acknowledged_is_there(self):
        lost = []
        for record in self.acknowledged:
            if record["ok"]:
                lost += self._missing(record)
        return lost

    def _missing(self, record):
        promised = record["payment"]
        payment = self.payments.get(promised["id"])
        if payment is None:
            return [f"{record['verb']} {record['key']}: payment {promised['id']} is gone"]
        wrong = []
        for name in ("captured", "refunded"):
            if amount(payment, name) < amount(promised, name):
                wrong.append(f"{payment['id']}: {name} {amount(payment, name)}, promised {amount(promised, name)}")
        if status_of(promised) in ("succeeded", "canceled") and status_of(payment) != status_of(promised):
            wrong.append(f"{payment['id']} is {status_of(payment)}, promised {status_of(promised)}")
        operation = record.get("operation")
        if operation:
            same = [each for each in payment.get("operations", []) if each["id"] == operation["id"]]
            if not same or same[0].get("amountMinor") != operation.get("amountMinor"):
                wrong.append(f"{payment['id']}: operation {operation['id']} is gone or another")
            elif operation["status"] == "OPERATION_STATUS_SUCCEEDED" and same[0]["status"] != operation["status"]:
                wrong.append(f"{payment['id']}: operation {operation['id']} is {same[0]['status']}, promised success")
        return wrong

    def keys_did_one_thing(self):
        """A payment's reference is its key; an operation's answers under one key name one operation."""
        wrong = []
        made = collections.Counter(payment["reference"] for payment in self.payments.values())
        wrong += [f"key {key} made {count} payments" for key, count in made.items() if count > 1]
        done = collections.defaultdict(set)
        for record in self.acknowledged:
            if record["ok"]:
                done[record["verb"], record["key"]].add((record["operation"] or record["payment"])["id"])
        wrong += [f"{verb} {key} gave {sorted(ids)}" for (verb, key), ids in done.items() if len(ids) > 1]
        # One operation for each key under which one was asked for, acknowledged or not.
        refunds_per_payment = collections.Counter()
        for record in self.acknowledged:
            if record["ok"] and record["verb"] == "Refund":
                refunds_per_payment[record["payment"]["id"]] += 1
        for payment in self.payments.values():
            refunds = [each for each in payment.get("operations", []) if each["kind"] == "OPERATION_KIND_REFUND"]
            if len(refunds) > max(2, refunds_per_payment[payment["id"]]):
                wrong.append(f"{payment['id']} has {len(refunds)} refunds; at most 2 were asked for")
        return wrong

    def no_double_charge(self):
        data = self.platform.psp("GET", "/v1/duplicate-charges")["data"]
        return [str(duplicate) for duplicate in data]

    def provider_agrees_on_each_payment(self):
        """By reference: what the provider took and gave back is what each payment says."""
        at_provider = collections.Counter()
        after = ""
        while True:
            page = self.platform.psp("GET", f"/v1/payments?limit=100{after}")
            for each in page["data"]:
                at_provider[each["reference"], "captured"] += each.get("captured", 0)
                at_provider[each["reference"], "refunded"] += each.get("refunded", 0)
            if not page["has_more"]:
                break
            after = f"&after={page['data'][-1]['id']}"
        wrong = []
        for payment in self.payments.values():
            for name in ("captured", "refunded"):
                if at_provider[payment["id"], name] != amount(payment, name):
                    theirs = at_provider[payment["id"], name]
                    wrong.append(f"{payment['id']} {name} {amount(payment, name)}, provider: {theirs}")
        return wrong

    def ties_out(self):
        result = run("tie-out", "--data", self.platform.data)
        return [] if result.returncode == 0 and "difference 0" in result.stdout else [result.stdout + result.stderr]

    def debits_equal_credits(self):
        client = self.platform.client()
        wrong = []
        for ledger in client.trial_balance():
            for kind in ("Posted", "Pending"):
                if ledger["debits" + kind] != ledger["credits" + kind]:
                    wrong.append(f"{ledger['ledger']}: {kind} {ledger['debits' + kind]} against {ledger['credits' + kind]}")
        client.close()
        return wrong

    def stops_and_verifies(self):
        exit_code = self.platform.stop()
        if exit_code != 0:
            return [f"the platform ended with {exit_code}: {self.platform.stderr()}"]
        result = self.platform.verify()
        return [] if result.returncode == 0 else [result.stdout + result.stderr]


def is_open(payment):
    if status_of(payment) == "processing":
        return True
    return any(operation["status"] in OPEN_OPERATIONS for operation in payment.get("operations", []))
