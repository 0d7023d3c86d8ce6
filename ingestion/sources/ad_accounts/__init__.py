"""Ad accounts (广告账户): platform APIs → raw/<platform>/*. One module per platform."""
