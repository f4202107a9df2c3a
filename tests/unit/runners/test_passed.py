from baton.domain.vocabulary import Role
from baton.runners.command import CommandRunner
from baton.runners.llm.options import LlmOptions
from baton.runners.passed import passed_secrets
from baton.runners.toolchain.deployment import DeploymentOptions

ENVIRONMENT = {
    "KEY": "sk-12345678",
    "DEPLOY_TOKEN": " t-12345678\n",
    "SHORT": "1234567",
    "HOME": "/somewhere/else",
    "https_proxy": "http://proxy:3128",
    "no_proxy": "localhost",
    "UNNAMED": "u-12345678",
}


def test_what_options_name_is_secret_in_options_of_options_too() -> None:
    options = DeploymentOptions.model_validate(
        {"env": ["KEY", "GONE"], "set_env": {"MODE": "production"}, "delivery": {"env": ["DEPLOY_TOKEN", "KEY"]}}
    )
    assert passed_secrets([options], ENVIRONMENT) == ("sk-12345678", "t-12345678")


def test_short_values_and_variables_that_only_say_where_things_are_are_no_secrets() -> None:
    options = CommandRunner.options(Role.CODE_WRITER).model_validate(
        {"command": ["agent"], "env": ["SHORT", "HOME", "no_proxy", "https_proxy"]}
    )
    assert passed_secrets([options], ENVIRONMENT) == ("http://proxy:3128",)


def test_the_key_of_a_model_is_one_and_several_options_are_put_together() -> None:
    model = LlmOptions(model="anthropic:a", env=("KEY",))
    delivery = DeploymentOptions.model_validate({"delivery": {"env": ["DEPLOY_TOKEN"]}})
    assert passed_secrets([model, delivery], ENVIRONMENT) == ("sk-12345678", "t-12345678")
