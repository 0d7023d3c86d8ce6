{{ ad_performance('google_ads', 'account_performance', spend=from_micros('answers.cost_micros')) }}
