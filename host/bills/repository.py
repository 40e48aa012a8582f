"""SQL of billers, accounts and bills; payments have a module of their own."""

from host.bills.model import Account, Adapter, Bill, Biller, BillStatus, Category
from host.core.db import Row, Tx
from host.core.money import Currency, Money


def put_biller(tx: Tx, biller: Biller, *, now_ms: int) -> None:
    """Let a brand send bills."""
    tx.run(
        "INSERT INTO bills_biller (brand_id, category, region, account_label, adapter, made_at_ms)"
        " VALUES (:brand, :category, :region, :label, :adapter, :now)"
        " ON CONFLICT (brand_id) DO UPDATE SET category = :category, region = :region,"
        " account_label = :label, adapter = :adapter, closed_at_ms = NULL",
        brand=biller.brand_id,
        category=biller.category,
        region=biller.region,
        label=biller.account_label,
        adapter=biller.adapter,
        now=now_ms,
    )


def close_biller(tx: Tx, brand_id: str, *, now_ms: int) -> None:
    """Let a brand send bills no more; those that are there can be paid."""
    tx.run(
        "UPDATE bills_biller SET closed_at_ms = :now WHERE brand_id = :brand",
        now=now_ms,
        brand=brand_id,
    )


def find_biller(tx: Tx, brand_id: str) -> Biller | None:
    """Return a biller, also one that is closed to new bills."""
    row = tx.row(
        "SELECT brand_id, category, region, account_label, adapter FROM bills_biller"
        " WHERE brand_id = :brand",
        brand=brand_id,
    )
    return None if row is None else _biller(row)


def is_open(tx: Tx, brand_id: str) -> bool:
    """Tell whether a brand may send bills now."""
    row = tx.row(
        "SELECT 1 AS one FROM bills_biller WHERE brand_id = :brand AND closed_at_ms IS NULL",
        brand=brand_id,
    )
    return row is not None


def find_billers(tx: Tx, *, limit: int) -> list[Biller]:
    """Return the billers of the directory."""
    rows = tx.rows(
        "SELECT brand_id, category, region, account_label, adapter FROM bills_biller"
        " WHERE closed_at_ms IS NULL ORDER BY region, category, brand_id LIMIT :limit",
        limit=limit,
    )
    return [_biller(row) for row in rows]


def insert_account(tx: Tx, account: Account, *, now_ms: int) -> bool:
    """Note under which number a person gets bills; False when that is known."""
    changed = tx.run(
        "INSERT INTO bills_account (id, person_id, brand_id, account_number, label, linked_at_ms)"
        " VALUES (:id, :person, :brand, :number, :label, :now) ON CONFLICT DO NOTHING",
        id=account.id,
        person=account.person_id,
        brand=account.brand_id,
        number=account.account_number,
        label=account.label,
        now=now_ms,
    )
    return changed == 1


def find_accounts(tx: Tx, person_id: str, *, limit: int) -> list[Account]:
    """Return the numbers under which a person gets bills."""
    rows = tx.rows(
        "SELECT id, person_id, brand_id, account_number, label FROM bills_account"
        " WHERE person_id = :person ORDER BY linked_at_ms, id LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_account(row) for row in rows]


def delete_account(tx: Tx, account_id: str, *, person_id: str) -> bool:
    """Forget a number."""
    changed = tx.run(
        "DELETE FROM bills_account WHERE id = :id AND person_id = :person",
        id=account_id,
        person=person_id,
    )
    return changed == 1


def has_number(tx: Tx, brand_id: str, account_number: str) -> bool:
    """Tell whether a biller has sent a bill under this number."""
    row = tx.row(
        "SELECT 1 AS one FROM bills_bill WHERE brand_id = :brand AND account_number = :number"
        " LIMIT 1",
        brand=brand_id,
        number=account_number,
    )
    return row is not None


def gets_bills(tx: Tx, person_id: str, *, brand_id: str, account_number: str) -> bool:
    """Tell whether a person gets the bills of this number."""
    row = tx.row(
        "SELECT 1 AS one FROM bills_account WHERE person_id = :person AND brand_id = :brand"
        " AND account_number = :number",
        person=person_id,
        brand=brand_id,
        number=account_number,
    )
    return row is not None


def find_people_of(tx: Tx, brand_id: str, account_number: str, *, limit: int) -> list[str]:
    """Return who gets the bills of a number."""
    rows = tx.rows(
        "SELECT person_id FROM bills_account WHERE brand_id = :brand"
        " AND account_number = :number ORDER BY person_id LIMIT :limit",
        brand=brand_id,
        number=account_number,
        limit=limit,
    )
    return [row["person_id"] for row in rows]


def insert_bill(tx: Tx, bill: Bill) -> None:
    """Keep a new bill."""
    tx.run(
        "INSERT INTO bills_bill (id, brand_id, bill_number, account_number, title, amount_minor,"
        " currency, due_at_ms, version, status, made_at_ms, updated_at_ms) VALUES (:id, :brand,"
        " :number, :account, :title, :amount, :currency, :due, :version, :status, :made, :updated)",
        id=bill.id,
        brand=bill.brand_id,
        number=bill.bill_number,
        account=bill.account_number,
        title=bill.title,
        amount=bill.money.amount_minor,
        currency=bill.money.currency,
        due=bill.due_at_ms,
        version=bill.version,
        status=bill.status,
        made=bill.made_at_ms,
        updated=bill.updated_at_ms,
    )


def save_bill(tx: Tx, bill: Bill) -> None:
    """Store the new version of a bill that is locked."""
    tx.run(
        "UPDATE bills_bill SET title = :title, amount_minor = :amount, currency = :currency,"
        " due_at_ms = :due, version = :version, status = :status, updated_at_ms = :updated"
        " WHERE id = :id",
        title=bill.title,
        amount=bill.money.amount_minor,
        currency=bill.money.currency,
        due=bill.due_at_ms,
        version=bill.version,
        status=bill.status,
        updated=bill.updated_at_ms,
        id=bill.id,
    )


def lock_bill(tx: Tx, bill_id: str) -> Bill | None:
    """Return a bill and hold it until the transaction ends."""
    rows = tx.lock_rows(
        "SELECT id, brand_id, bill_number, account_number, title, amount_minor, currency,"
        " due_at_ms, version, status, made_at_ms, updated_at_ms FROM bills_bill WHERE id = :id",
        id=bill_id,
    )
    return _bill(rows[0]) if rows else None


def find_bill(tx: Tx, bill_id: str) -> Bill | None:
    """Return a bill."""
    row = tx.row(
        "SELECT id, brand_id, bill_number, account_number, title, amount_minor, currency,"
        " due_at_ms, version, status, made_at_ms, updated_at_ms FROM bills_bill WHERE id = :id",
        id=bill_id,
    )
    return None if row is None else _bill(row)


def find_bills_of(tx: Tx, person_id: str, *, limit: int) -> list[Bill]:
    """Return the bills under a person's numbers, the earliest due first of those to pay."""
    rows = tx.rows(
        "SELECT b.id, b.brand_id, b.bill_number, b.account_number, b.title, b.amount_minor,"
        " b.currency, b.due_at_ms, b.version, b.status, b.made_at_ms, b.updated_at_ms"
        " FROM bills_account a JOIN bills_bill b ON b.brand_id = a.brand_id"
        " AND b.account_number = a.account_number WHERE a.person_id = :person"
        " ORDER BY CASE WHEN b.status IN ('open', 'paying') THEN 0 ELSE 1 END,"
        " CASE WHEN b.status IN ('open', 'paying') THEN b.due_at_ms ELSE -b.due_at_ms END, b.id"
        " LIMIT :limit",
        person=person_id,
        limit=limit,
    )
    return [_bill(row) for row in rows]


def find_to_remind(tx: Tx, *, due_before_ms: int, limit: int) -> list[tuple[str, str, str]]:
    """Return bill, brand and person of every reminder that is due and was not sent."""
    rows = tx.rows(
        "SELECT b.id, b.brand_id, a.person_id FROM bills_bill b JOIN bills_account a"
        " ON a.brand_id = b.brand_id AND a.account_number = b.account_number"
        " WHERE b.status = 'open' AND b.due_at_ms <= :before AND NOT EXISTS (SELECT 1"
        " FROM bills_reminder r WHERE r.bill_id = b.id AND r.person_id = a.person_id)"
        " ORDER BY b.due_at_ms, b.id, a.person_id LIMIT :limit",
        before=due_before_ms,
        limit=limit,
    )
    return [(row["id"], row["brand_id"], row["person_id"]) for row in rows]


def insert_reminder(tx: Tx, bill_id: str, person_id: str) -> bool:
    """Note that a person was reminded; False when they were before."""
    changed = tx.run(
        "INSERT INTO bills_reminder (bill_id, person_id) VALUES (:bill, :person)"
        " ON CONFLICT DO NOTHING",
        bill=bill_id,
        person=person_id,
    )
    return changed == 1


def _biller(row: Row) -> Biller:
    return Biller(
        row["brand_id"],
        Category(row["category"]),
        row["region"],
        row["account_label"],
        Adapter(row["adapter"]),
    )


def _account(row: Row) -> Account:
    return Account(
        row["id"], row["person_id"], row["brand_id"], row["account_number"], row["label"]
    )


def _bill(row: Row) -> Bill:
    return Bill(
        id=row["id"],
        brand_id=row["brand_id"],
        bill_number=row["bill_number"],
        account_number=row["account_number"],
        title=row["title"],
        money=Money(row["amount_minor"], Currency(row["currency"])),
        due_at_ms=row["due_at_ms"],
        version=row["version"],
        status=BillStatus(row["status"]),
        made_at_ms=row["made_at_ms"],
        updated_at_ms=row["updated_at_ms"],
    )
