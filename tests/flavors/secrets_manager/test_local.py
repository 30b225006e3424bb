"""What the local secrets manager does beyond the laws of every one."""

from __future__ import annotations

import pickle
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackkit.components.secrets_manager import SecretGroup
from stackkit.errors import ConfigurationError, SecretAccessError, SecretNotFoundError
from stackkit.flavors.secrets_manager import local
from stackkit.flavors.secrets_manager.local import LocalSecretsManager

WORKER = Path(__file__).with_name("worker.py")


@pytest.fixture
def secrets(tmp_path: Path) -> LocalSecretsManager:
    return LocalSecretsManager(name="local", path=str(tmp_path / "secrets"))


def start(command: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


class TestConfiguration:
    def test_a_name_is_enough_and_every_project_finds_the_same_secrets(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        secrets = LocalSecretsManager(name="mine")
        secrets.register_secret(SecretGroup("database", {"password": "hunter2"}))
        monkeypatch.chdir(tmp_path)
        assert LocalSecretsManager(name="other").get_secret("database")["password"] == "hunter2"
        assert secrets.path.startswith(str(tmp_path / "data" / "stackkit"))

    def test_paths_are_made_absolute_when_it_is_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", "/home/ada")
        secrets = LocalSecretsManager(name="x", path="a/../b", key_file="~/key")
        assert (secrets.path, secrets.key_file) == (str(tmp_path / "b"), "/home/ada/key")

    @given(path=st.text(min_size=1).filter(lambda path: "\0" not in path))
    def test_an_absolute_path_stays_as_it_is(self, path: str) -> None:
        once = LocalSecretsManager(name="x", path=path, key_file="/key").path
        assert Path(once).is_absolute()
        assert LocalSecretsManager(name="x", path=once, key_file="/key").path == once

    def test_paths_that_are_none_are_refused_all_at_once(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            LocalSecretsManager(name="x", path="", key_file="a\0b")
        assert [problem.where for problem in refused.value.problems] == ["path", "key_file"]

    @pytest.mark.parametrize("name", ["secrets.enc", "secrets.enc.new", "lock", "../folder/lock"])
    def test_a_key_in_the_place_of_the_secrets_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ConfigurationError, match="is the place of the secrets"):
            LocalSecretsManager(name="x", path=str(tmp_path / "folder"), key_file=str(tmp_path / "folder" / name))

    def test_it_can_be_configured_where_cryptography_is_missing(self) -> None:
        code = f"""
import sys
sys.modules.update(cryptography=None, fcntl=None, platformdirs=None)
from {local.__name__} import LocalSecretsManager
print(LocalSecretsManager(name="x", path="/absent").get_all_secret_keys(), "msgspec" in sys.modules)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[] False\n"


class TestLifecycle:
    def test_reading_makes_nothing(self, secrets: LocalSecretsManager) -> None:
        assert not secrets.is_provisioned
        assert secrets.get_all_secret_keys() == []
        for action in (
            lambda: secrets.get_secret("a"),
            lambda: secrets.update_secret(SecretGroup("a", {})),
            lambda: secrets.delete_secret("a"),
        ):
            with pytest.raises(SecretNotFoundError):
                action()
        secrets.delete_all_secrets()
        secrets.deprovision()
        assert not Path(secrets.path).exists()
        assert not secrets.is_provisioned

    def test_the_first_secret_provisions(self, secrets: LocalSecretsManager) -> None:
        secrets.register_secret(SecretGroup("a", {}))
        assert secrets.is_provisioned

    def test_provisioning_makes_a_key_that_its_owner_alone_can_read(self, secrets: LocalSecretsManager) -> None:
        secrets.provision()
        key = Path(secrets.path) / "key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700

    def test_a_key_that_is_there_is_kept(self, secrets: LocalSecretsManager) -> None:
        secrets.provision()
        key = (Path(secrets.path) / "key").read_bytes()
        secrets.provision()
        secrets.deprovision()
        secrets.provision()
        assert (Path(secrets.path) / "key").read_bytes() == key

    def test_provisioning_refuses_a_key_that_others_can_read(self, secrets: LocalSecretsManager) -> None:
        secrets.provision()
        (Path(secrets.path) / "key").chmod(0o644)
        for action in (secrets.provision, secrets.get_all_secret_keys, lambda: secrets.register_secret(SecretGroup("a", {}))):
            with pytest.raises(SecretAccessError, match="chmod 600"):
                action()

    def test_without_its_key_it_is_not_provisioned_and_says_so(self, secrets: LocalSecretsManager) -> None:
        secrets.register_secret(SecretGroup("a", {}))
        (Path(secrets.path) / "key").unlink()
        assert not secrets.is_provisioned
        for action in (secrets.provision, secrets.get_all_secret_keys, secrets.delete_all_secrets):
            with pytest.raises(SecretAccessError, match="the key of these secrets is gone"):
                action()

    def test_a_new_folder_can_use_a_key_that_is_there(self, secrets: LocalSecretsManager, tmp_path: Path) -> None:
        secrets.provision()
        other = secrets.replace(path=str(tmp_path / "other"), key_file=str(Path(secrets.path) / "key"))
        other.register_secret(SecretGroup("a", {"key": "value"}))
        assert other.get_secret("a")["key"] == "value"


class TestSecrecy:
    @settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(value=st.text(min_size=8).filter(lambda value: len(set(value)) > 3))
    def test_no_value_is_on_the_disk_in_the_clear(self, secrets: LocalSecretsManager, value: str) -> None:
        secrets.delete_all_secrets()
        secrets.register_secret(SecretGroup("database", {"password": value}))
        for path in Path(secrets.path).iterdir():
            stored = path.read_bytes()
            assert value.encode() not in stored
            assert value.encode("unicode_escape") not in stored
            assert value.encode().hex().encode() not in stored

    @pytest.mark.parametrize("damage", ["key of others", "another key", "no key", "data", "gone"])
    def test_no_error_of_access_shows_a_value_or_the_key(self, secrets: LocalSecretsManager, damage: str) -> None:
        secrets.register_secret(SecretGroup("database", {"password": "hunter2"}))
        key, data = Path(secrets.path) / "key", Path(secrets.path) / "secrets.enc"
        content = key.read_text().strip()
        if damage == "key of others":
            key.chmod(0o644)
        elif damage == "gone":
            key.unlink()
        elif damage == "data":
            data.write_bytes(data.read_bytes()[:-8])
        else:
            key.write_text("A" * 43 + "=" if damage == "another key" else content[:-2])
        for action in (secrets.get_all_secret_keys, secrets.delete_all_secrets):
            with pytest.raises(SecretAccessError) as refused:
                action()
            shown = [str(refused.value), repr(refused.value)]
            shown += [repr(entry.locals) for entry in refused.traceback[1:]]  # the first is this test
            assert len(shown) > 3
            assert not any(word in text for text in shown for word in ("hunter2", content[:-2]))

    def test_its_pickle_and_repr_hold_no_key(self, secrets: LocalSecretsManager) -> None:
        secrets.register_secret(SecretGroup("database", {"password": "hunter2"}))
        key = (Path(secrets.path) / "key").read_bytes().strip()
        assert key not in pickle.dumps(secrets)
        assert key.decode() not in repr(vars(secrets))


class TestSize:
    def test_a_value_of_a_megabyte_is_kept(self, secrets: LocalSecretsManager) -> None:
        value = random.Random(0).randbytes(750_000).hex() + "ß\n\0"  # noqa: S311 - any bytes will do
        secrets.register_secret(SecretGroup("big", {"value": value}))
        assert secrets.get_secret("big")["value"] == value

    def test_a_full_disk_is_told_and_loses_nothing(self, secrets: LocalSecretsManager) -> None:
        secrets.register_secret(SecretGroup("a", {"key": "value"}))
        with start("fill", secrets.path) as worker:
            said, _ = worker.communicate()
        assert "secrets.enc: cannot be written: File too large" in said
        assert secrets.get_all_secret_keys() == ["a"]
        assert {path.name for path in Path(secrets.path).iterdir()} == {"key", "lock", "secrets.enc"}


class TestManyProcesses:
    def test_eight_that_begin_at_once_share_one_key_and_lose_nothing(self, secrets: LocalSecretsManager) -> None:
        workers = [start("register", secrets.path, f"worker-{index}", "5") for index in range(8)]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        for worker in workers:
            worker.communicate()
            assert worker.returncode == 0
        assert secrets.get_all_secret_keys() == sorted(f"worker-{index}-{number}" for index in range(8) for number in range(5))
        for name in secrets.get_all_secret_keys():
            assert secrets.get_secret(name)["version"] == name[-1]
        assert {path.name for path in Path(secrets.path).iterdir()} == {"key", "lock", "secrets.enc"}

    def test_after_kill_9_every_acknowledged_change_is_there(self, secrets: LocalSecretsManager) -> None:
        jitter = random.Random(0)  # noqa: S311 - when to kill
        acknowledged: dict[str, int] = {}
        version = 0
        for _ in range(10):
            worker = start("update", secrets.path, str(version + 1))
            with worker:
                assert worker.stdout is not None
                for _ in range(jitter.randint(1, 12)):
                    name, text = worker.stdout.readline().split()
                    acknowledged[name] = version = int(text)
                worker.kill()
                for line in worker.stdout.read().splitlines():
                    name, text = line.split()
                    acknowledged[name] = version = int(text)
            under_way = f"secret-{(version + 1) % 5}"
            for name, expected in acknowledged.items():
                found = secrets.get_secret(name)
                assert int(found["version"]) in ({expected, version + 1} if name == under_way else {expected})
                assert found["padding"] == f"{found['version']}-" * 2000

    def test_killed_at_any_step_a_change_is_made_or_not_and_others_go_on(self, secrets: LocalSecretsManager) -> None:
        for _ in ("first", "then"):
            with start("die", secrets.path) as worker:
                said, _ = worker.communicate()
            assert worker.returncode == 0
            assert int(said) > 10
