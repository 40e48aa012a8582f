"""Whatever strangers send, the host answers with a refusal or with what was meant."""
