{{ ad_performance('ocean_engine', 'account_performance', spend='cast(answers.cost as decimal(20, 6))') }}
