"""The programme, encoded once: every output, the recording and all monitors share these packets."""
