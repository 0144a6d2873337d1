import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import keepwell.base.clock
import keepwell.base.ids
import keepwell.base.sending
import keepwell.practices.models
import keepwell.practices.presence
import keepwell.vault.fields
import keepwell.vault.phi


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0020_consents"),
        ("outbound", "0003_pauses"),
        ("patients", "0004_ready"),
        ("practices", "0002_protect"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            (keepwell.base.sending.Channel["SMS"], keepwell.base.sending.Channel["SMS"]),
                            (keepwell.base.sending.Channel["EMAIL"], keepwell.base.sending.Channel["EMAIL"]),
                            (keepwell.base.sending.Channel["VOICE"], keepwell.base.sending.Channel["VOICE"]),
                            (keepwell.base.sending.Channel["FAX"], keepwell.base.sending.Channel["FAX"]),
                            (keepwell.base.sending.Channel["LETTER"], keepwell.base.sending.Channel["LETTER"]),
                            (keepwell.base.sending.Channel["PORTAL"], keepwell.base.sending.Channel["PORTAL"]),
                        ],
                        max_length=8,
                    ),
                ),
                ("connector", models.CharField(max_length=20)),
                ("secrets", keepwell.vault.fields.SealedField(kind=dict, phi=keepwell.vault.phi.PhiClass["OFFICE"])),
                ("a_minute", models.PositiveIntegerField(default=60)),
                ("made_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.vendorservice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Detail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "level",
                    models.CharField(choices=[("least", "Least"), ("usual", "Usual"), ("full", "Full")], max_length=5),
                ),
                ("began_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "patient",
                    keepwell.practices.models.SubjectKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Heard",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.BinaryField()),
                ("heard_at", models.DateTimeField(default=keepwell.base.clock.now)),
                (
                    "connection",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outbound.connection",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("whose", models.UUIDField()),
                ("ways", models.JSONField(default=list)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            (keepwell.base.sending.Channel["SMS"], keepwell.base.sending.Channel["SMS"]),
                            (keepwell.base.sending.Channel["EMAIL"], keepwell.base.sending.Channel["EMAIL"]),
                            (keepwell.base.sending.Channel["VOICE"], keepwell.base.sending.Channel["VOICE"]),
                            (keepwell.base.sending.Channel["FAX"], keepwell.base.sending.Channel["FAX"]),
                            (keepwell.base.sending.Channel["LETTER"], keepwell.base.sending.Channel["LETTER"]),
                            (keepwell.base.sending.Channel["PORTAL"], keepwell.base.sending.Channel["PORTAL"]),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            (keepwell.base.sending.Topic["ACCESS"], keepwell.base.sending.Topic["ACCESS"]),
                            (keepwell.base.sending.Topic["APPOINTMENTS"], keepwell.base.sending.Topic["APPOINTMENTS"]),
                            (keepwell.base.sending.Topic["CARE"], keepwell.base.sending.Topic["CARE"]),
                            (keepwell.base.sending.Topic["BILLING"], keepwell.base.sending.Topic["BILLING"]),
                            (keepwell.base.sending.Topic["PRACTICE"], keepwell.base.sending.Topic["PRACTICE"]),
                            (keepwell.base.sending.Topic["EDUCATION"], keepwell.base.sending.Topic["EDUCATION"]),
                            (keepwell.base.sending.Topic["MARKETING"], keepwell.base.sending.Topic["MARKETING"]),
                        ],
                        max_length=14,
                    ),
                ),
                ("template", models.CharField(max_length=60)),
                ("wording", models.PositiveSmallIntegerField(default=1)),
                ("is_letter", models.BooleanField(default=False)),
                ("language", models.CharField(default="en", max_length=5)),
                (
                    "to",
                    keepwell.vault.fields.SealedField(kind=dict, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "values",
                    keepwell.vault.fields.SealedField(kind=dict, null=True, phi=keepwell.vault.phi.PhiClass["CONTACT"]),
                ),
                (
                    "content",
                    keepwell.vault.fields.SealedField(kind=dict, null=True, phi=keepwell.vault.phi.PhiClass["MESSAGE"]),
                ),
                (
                    "office",
                    keepwell.vault.fields.SealedField(kind=dict, null=True, phi=keepwell.vault.phi.PhiClass["OFFICE"]),
                ),
                ("point", models.UUIDField(null=True)),
                ("not_before", models.DateTimeField(null=True)),
                ("not_after", models.DateTimeField(null=True)),
                ("key", models.CharField(blank=True, max_length=120)),
                ("origin", models.CharField(blank=True, max_length=60)),
                ("origin_id", models.UUIDField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("waiting", "Waiting"),
                            ("cleared", "Cleared"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("delivered", "Delivered"),
                            ("bounced", "Bounced"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                            ("discarded", "Discarded"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempt", models.UUIDField(null=True)),
                ("sending_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("carrier", models.UUIDField(null=True)),
                ("connection", models.UUIDField(null=True)),
                ("reference", models.CharField(blank=True, max_length=120)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="patients.patient",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sender",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("neutral", models.CharField(blank=True, max_length=60)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("postal", models.CharField(blank=True, max_length=160)),
                ("site", models.CharField(blank=True, max_length=120)),
                ("made_at", models.DateTimeField(default=keepwell.base.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConfirmedNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=keepwell.base.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.BinaryField()),
                ("confirmed_at", models.DateTimeField(default=keepwell.base.clock.now)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.membership",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        default=keepwell.practices.presence.current_practice,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("practice", "mark"), name="outbound_number_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("practice", "service"), name="outbound_connection_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="detail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("practice", "patient"), name="outbound_detail_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="heard",
            constraint=models.UniqueConstraint(fields=("practice", "mark"), name="outbound_heard_once"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["practice", "next_at"],
                name="outbound_message_due",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["practice", "status", "asked_at"], name="outbound_message_list"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["practice", "whose", "sent_at"], name="outbound_message_whose_at"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["practice", "connection", "sending_at"], name="outbound_message_rate"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("reference", ""), _negated=True),
                fields=["practice", "reference"],
                name="outbound_message_ref",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("practice", "key"), name="outbound_message_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "whose",
                        django.db.models.functions.comparison.Coalesce(
                            models.F("patient"), models.F("member"), models.F("practice")
                        ),
                    )
                ),
                name="outbound_message_whose",
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("practice",), name="outbound_sender_once"
            ),
        ),
    ]
