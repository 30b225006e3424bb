from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stackkit.errors import SecretAccessError
from stackkit.flavors.secrets_manager import private_files
from stackkit.flavors.secrets_manager.vault import Vault

SECRETS = {"database": {"user": "ada", "password": "hunter2"}}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", tmp_path / "vault" / "key")


@pytest.fixture
def filled(vault: Vault) -> Vault:
    vault.make()
    with vault.change() as content:
        content.secrets.update(SECRETS)
    return vault


def refusal(vault: Vault) -> SecretAccessError:
    with pytest.raises(SecretAccessError) as reading:
        vault.read()
    with pytest.raises(SecretAccessError) as changing, vault.change() as content:
        content.secrets.clear()
    assert str(reading.value) == str(changing.value)
    assert all(problem.remedy for problem in reading.value.problems)
    assert "hunter2" not in str(reading.value)
    return reading.value


class TestChanging:
    def test_what_was_put_in_is_there_for_another_object(self, filled: Vault) -> None:
        assert Vault(filled.folder, filled.key_file).read().secrets == SECRETS

    def test_a_block_that_raises_changes_nothing(self, filled: Vault) -> None:
        before = filled.data_file.read_bytes()
        with pytest.raises(KeyError), filled.change() as content:
            del content.secrets["database"], content.secrets["absent"]
        assert filled.data_file.read_bytes() == before
        assert filled.read().secrets == SECRETS

    def test_a_reader_is_not_kept_waiting_by_a_writer_and_sees_the_state_before(self, filled: Vault) -> None:
        with filled.change() as content:
            content.secrets.clear()
            assert filled.read().secrets == SECRETS
        assert filled.read().secrets == {}

    def test_a_reader_that_comes_while_the_first_secret_is_kept_sees_a_state_before_or_after(
        self, vault: Vault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look = private_files.look

        def look_and_be_overtaken(path: Path, *, follow: bool) -> private_files.PrivateFile:
            found = look(path, follow=follow)
            monkeypatch.undo()
            vault.make()
            with vault.change() as content:
                content.secrets.update(SECRETS)
            return found

        monkeypatch.setattr(private_files, "look", look_and_be_overtaken)
        assert vault.read().secrets in ({}, SECRETS)
        assert vault.read().secrets == SECRETS

    def test_the_content_is_not_shown(self, filled: Vault) -> None:
        assert "hunter2" not in repr(filled.read())


class TestWhatIsOnDisk:
    def test_neither_names_nor_keys_nor_values_can_be_read(self, filled: Vault) -> None:
        for path in filled.folder.iterdir():
            stored = path.name.encode() + path.read_bytes()
            assert not any(word in stored for word in (b"database", b"user", b"ada", b"password", b"hunter2"))

    def test_it_can_be_read_with_nothing_but_the_key(self, filled: Vault) -> None:
        plain = Fernet(filled.key_file.read_bytes().strip()).decrypt(filled.data_file.read_bytes())
        assert json.loads(plain) == {"version": 1, "secrets": SECRETS}

    def test_the_same_secrets_are_not_the_same_bytes_twice(self, filled: Vault) -> None:
        before = filled.data_file.read_bytes()
        with filled.change():
            pass
        assert filled.data_file.read_bytes() != before

    def test_nothing_is_left_beside_the_three_files(self, filled: Vault) -> None:
        assert {path.name for path in filled.folder.iterdir()} == {"key", "lock", "secrets.enc"}


class TestRefusing:
    @settings(max_examples=settings().max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_any_changed_byte_is_noticed(self, filled: Vault, data: st.DataObject) -> None:
        good = filled.data_file.read_bytes()
        bad = bytearray(good)
        # not in the last four: some of the bits of base64's last letters mean nothing
        place = data.draw(st.integers(0, len(good) - 5))
        bad[place] ^= data.draw(st.integers(1, 255))
        assume(bytes([good[place], bad[place]]) not in {b"_/", b"-+"})  # two ways to write one
        filled.data_file.write_bytes(bad)
        with pytest.raises(SecretAccessError, match="damaged"):
            filled.read()
        filled.data_file.write_bytes(good)
        assert filled.read().secrets == SECRETS

    @pytest.mark.parametrize("content", [b"", b"\0", b"{}", b"gAAAAA", b"\xff" * 1000, "ß".encode()], ids=repr)
    def test_what_is_not_encrypted_is_refused(self, filled: Vault, content: bytes) -> None:
        filled.data_file.write_bytes(content)
        assert "damaged" in str(refusal(filled))

    def test_half_a_file_is_refused(self, filled: Vault) -> None:
        os.truncate(filled.data_file, filled.data_file.stat().st_size // 2)
        assert "damaged" in str(refusal(filled))

    def test_another_key_is_refused(self, filled: Vault) -> None:
        filled.key_file.write_bytes(Fernet.generate_key())
        assert "another key" in str(refusal(filled))

    @pytest.mark.parametrize(
        "content",
        [b"", b"\n", b"hunter2", b"A" * 43, b"A" * 44, b"\xff" * 44, b"-----BEGIN OPENSSH PRIVATE KEY-----", b"A" * 43 + b"=x"],
        ids=repr,
    )
    def test_a_key_file_that_holds_no_key_is_refused_and_not_quoted(self, filled: Vault, content: bytes) -> None:
        filled.key_file.write_bytes(content)
        error = refusal(filled)
        assert [problem.what for problem in error.problems] == ["holds no key"]

    def test_encrypted_bytes_of_another_form_are_refused(self, filled: Vault) -> None:
        fernet = Fernet(filled.key_file.read_bytes().strip())
        for plain in (b"", b"[]", b"{}", b'{"version":1,"secrets":{"a":{"b":1}}}', b'{"version":"1","secrets":{}}', b"\xff"):
            filled.data_file.write_bytes(fernet.encrypt(plain))
            assert "damaged" in str(refusal(filled))

    def test_secrets_of_a_newer_stackkit_are_told_as_such_whatever_their_form(self, filled: Vault) -> None:
        fernet = Fernet(filled.key_file.read_bytes().strip())
        filled.data_file.write_bytes(fernet.encrypt(b'{"version":2,"secrets":["hunter2"]}'))
        assert "newer stackkit" in str(refusal(filled))

    def test_all_that_others_can_get_at_is_told_at_once(self, filled: Vault) -> None:
        filled.folder.chmod(0o777)
        filled.data_file.chmod(0o644)
        filled.key_file.chmod(0o640)
        with pytest.raises(SecretAccessError) as refused:
            filled.read()
        assert [problem.where for problem in refused.value.problems] == [
            str(path) for path in (filled.folder, filled.data_file, filled.key_file)
        ]

    def test_in_a_folder_that_others_can_change_no_key_is_made(self, vault: Vault) -> None:
        vault.folder.mkdir()
        vault.folder.chmod(0o777)
        with pytest.raises(SecretAccessError, match="chmod 700"):
            vault.make()
        assert list(vault.folder.iterdir()) == []


class TestKeys:
    def test_secrets_whose_key_is_gone_get_no_other(self, filled: Vault) -> None:
        filled.key_file.unlink()
        with pytest.raises(SecretAccessError, match="the key of these secrets is gone"):
            filled.make()
        assert "the key of these secrets is gone" in str(refusal(filled))
        assert not filled.key_file.exists()

    def test_a_key_that_is_put_back_opens_them_again(self, filled: Vault) -> None:
        key = filled.key_file.rename(filled.folder.parent / "backup")
        refusal(filled)
        key.rename(filled.key_file)
        assert filled.read().secrets == SECRETS

    def test_a_new_key_in_front_takes_over_at_the_next_change(self, filled: Vault) -> None:
        old, new = filled.key_file.read_bytes(), Fernet.generate_key() + b"\n"
        filled.key_file.write_bytes(new + old)
        assert filled.read().secrets == SECRETS
        with filled.change():
            pass
        filled.key_file.write_bytes(new)
        assert filled.read().secrets == SECRETS

    def test_a_key_file_elsewhere_is_made_there(self, tmp_path: Path) -> None:
        vault = Vault(tmp_path / "vault", tmp_path / "keys" / "mine")
        vault.make()
        with vault.change() as content:
            content.secrets.update(SECRETS)
        assert {path.name for path in vault.folder.iterdir()} == {"lock", "secrets.enc"}
        assert vault.read().secrets == SECRETS

    def test_two_folders_can_share_a_key(self, tmp_path: Path) -> None:
        one, other = (Vault(tmp_path / name, tmp_path / "key") for name in ("one", "other"))
        for vault in (one, other):
            vault.make()
            with vault.change() as content:
                content.secrets.update(SECRETS)
        assert one.read().secrets == other.read().secrets == SECRETS

    def test_a_link_to_an_own_key_is_followed(self, filled: Vault, tmp_path: Path) -> None:
        filled.key_file.rename(tmp_path / "real")
        filled.key_file.symlink_to(tmp_path / "real")
        assert filled.read().secrets == SECRETS

    def test_a_link_to_no_key_is_not_replaced_by_one(self, vault: Vault, tmp_path: Path) -> None:
        vault.folder.mkdir(0o700)
        vault.key_file.symlink_to(tmp_path / "absent")
        vault.make()
        assert "symbolic link to nothing" in str(refusal(vault))
        assert not (tmp_path / "absent").exists()

    def test_before_there_is_a_key_nothing_can_be_kept(self, vault: Vault) -> None:
        vault.folder.mkdir(0o700)
        with pytest.raises(SecretAccessError), vault.change() as content:
            content.secrets.update(SECRETS)
        assert not vault.has_data
