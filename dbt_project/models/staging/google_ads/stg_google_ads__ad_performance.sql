{{ ad_performance('google_ads', 'ad_performance', spend=from_micros('answers.cost_micros'), levels=ad_levels()) }}
