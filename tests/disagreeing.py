"""Documents of one library in which some sources disagree and others only look as if they did, with questions."""

DOCUMENTS = {
    "port_guide_md": """# Guide to the port of Selm

Updated: 2022

The port of Selm lies at the mouth of the Aune. It handles 4.2 million tonnes of cargo a year. Pilots are on call day
and night.
""",
    "port_news_md": """# News from the waterfront

Date: 2024-05-02

Each year 5.1 million tonnes of cargo pass through the port of Selm. A new crane arrives in autumn.
""",
    "clinic_flyer_md": """# Brook clinic

Flyer, 2023

On Saturdays the Brook clinic opens at 8:00. Bring your insurance card.
""",
    "clinic_web_md": """# Finding us

Date: 1 June 2025

The Brook clinic opens at 9:30 on Saturdays. The bus stops at the gate.
""",
    "ferry_terms_md": """# Norline: terms of carriage

Published in 2021.

## Luggage

On the Norline ferry each passenger may take up to 20 kg of luggage. Bicycles are carried on deck.
""",
    "ferry_faq_md": """# Norline: frequent questions

Published in 2024.

## How much luggage may I bring?

On the Norline ferry a passenger may bring at most 25 kg of luggage.

## Do I have to book a place for my bicycle?

Yes, at the counter.
""",
    "bakery_history_md": """# A short history of the Arden bakery

The Arden bakery was founded by Lotte Braun. Its first oven stood in a cellar.
""",
    "bakery_portrait_md": """# Portrait of the month

Emil Krantz founded the Arden bakery with money lent by an aunt. Today it bakes for three towns.
""",
    "castell_md": """# The year in Castell

## Summary

The festival of Castell had 18,500 visitors. Rents in Castell fell in 2023.

## How it was counted

In all 16,200 visitors of the festival of Castell passed the gates. Children were not counted.
""",
    "rents_bulletin_md": """# Bulletin of the tenants' union

Rents in Castell rose in 2023. The union asks for a cap.
""",
    "beach_rules_md": """# Rules for the Ness beach

Dogs are allowed on the Ness beach. Fires are forbidden.
""",
    "beach_notice_md": """# Notice at the car park

Dogs are not allowed on the Ness beach. The lifeguard is on duty from noon.
""",
    "kestrel_sheet_md": """# Kestrel drone: data sheet

Date: March 2024

| Property | Value |
|---|---|
| Weight | 895 g |
| Flight time on one charge | 32 minutes |
| Camera | 20 megapixels |
""",
    "kestrel_test_md": """# We flew the Kestrel drone

Date: July 2024

On one charge the flight time of the Kestrel drone was 26 minutes. Landing in wind is easy.
""",
    "orla_engineers_md": """# Dams of the upper valley

The Orla dam was completed in 1964. It is an arch dam.
""",
    "orla_walks_md": """# Walks around the lakes

Completed in 1967, the Orla dam is crossed by the ridge path. Allow three hours.
""",
    "herons_md": """# What is known about the marsh heron

## Where the counts disagree

The survey of the ministry found 312 nests of the marsh heron, while the count of the volunteers found 280.

## Food

The marsh heron eats frogs.
""",
    "flood_md": """# The flood of Marl

The accounts of the flood of Marl do not agree. The parish book speaks of 14 drowned in the flood of Marl. The newspaper
speaks of 31 drowned.

The mill of Marl was rebuilt.
""",
    # Look-alikes.
    "dairy_2021_md": """# Hallow dairy: report for 2021

The Hallow dairy sold 3.1 million litres of milk. It has 80 cows.
""",
    "dairy_2022_md": """# Hallow dairy: report for 2022

The Hallow dairy sold 2.8 million litres of milk. It has 95 cows.
""",
    "moor_trail_md": "# Moor trail\n\nThe moor trail is 42 km long and well marked.\n",
    "moor_hikers_md": "# For hikers from abroad\n\nThe moor trail is 26 miles long and takes two days.\n",
    "boiler_k5_md": """# K-5, kettle for the kitchen

| Property | Value |
|---|---|
| Capacity of the kettle | 1.2 litres |
| Power | 1800 W |
""",
    "boiler_k7_md": """# K-7, kettle for the office

| Property | Value |
|---|---|
| Capacity of the kettle | 1.7 litres |
| Power | 2200 W |
""",
    "trees_plan_md": "# Green plan\n\nThe city of Ruhl plans to plant 5,000 trees along its streets.\n",
    "trees_report_md": "# Green plan: what was done\n\nThe city of Ruhl planted 3,900 trees along its streets.\n",
    "delmar_md": "# Delmar libraries\n\nThe Delmar library network has 46 branches.\n",
    "delmar_north_md": "# Northern county\n\nIn the north of the county the Delmar library network has 11 branches.\n",
    "pool_md": """# Prices of the Linde pool

A season ticket of the Linde pool costs residents 90 euros. A season ticket of the Linde pool costs visitors 130 euros.

| Course | Fee |
|---|---|
| Swimming for beginners | 60 euros |
| Diving | 85 euros |
| Water polo | 70 euros |
""",
    "tenancy_old_md": """# Rules of the Aspen house (old version)

Guests of the Aspen house may stay for 7 nights.
""",
    "tenancy_md": """# Rules of the Aspen house

Guests of the Aspen house may stay for 10 nights.
""",
    "stadium_md": "# Vale stadium\n\nNearly 70,000 people fit into the Vale stadium.\n",
    "stadium_safety_md": "# Safety plan\n\nFor 69,420 people there is room in the Vale stadium.\n",
    "cinema_md": """# The Gala cinema

The Gala cinema opened in 1921. The Gala cinema closed in 1980 and is a shop now.
""",
    "depots_md": """# Depots

## Bergen

The depot has 40 lorries. It runs day and night.

## Molde

The depot has 15 lorries. It runs by day.
""",
    "museum_md": "# Textile museum\n\nAdmission to the textile museum is 12 euros for adults.\n",
    "museum_school_md": "# School visits\n\nAdmission to the textile museum is 5 euros for pupils.\n",
    "chess_md": "# Chess club Turm\n\nMembers of the chess club Turm must be at least 10 years old.\n",
    "chess_youth_md": "# Youth team of Turm\n\nPlayers of the youth team must be at most 18 years old.\n",
    "mayor_md": "# Town hall of Ebern\n\nThe mayor of Ebern is Rosa Lind.\n",
    "mayors_md": "# Mayors of Ebern\n\nFrom 2004 to 2016 the mayor of Ebern was Karl Voss.\n",
    "insurance_md": """# Household policy

Theft is covered by the household policy. Theft from an unlocked shed is not covered by the household policy.
""",
}

# question -> the values of the two sides, or words of the sentence that reports the disagreement
CONFLICTS = {
    "How many tonnes of cargo does the port of Selm handle in a year?": ("4.2 million tonnes", "5.1 million tonnes"),
    "When does the Brook clinic open on Saturdays?": ("8:00", "9:30"),
    "How much luggage may a passenger take on the Norline ferry?": ("20 kg", "25 kg"),
    "Who founded the Arden bakery?": ("Lotte Braun", "Emil Krantz"),
    "How many visitors did the festival of Castell have?": ("18,500", "16,200"),
    "Did rents in Castell rise or fall in 2023?": ("fell", "rose"),
    "Are dogs allowed on the Ness beach?": ("allowed", "not allowed"),
    "What is the flight time of the Kestrel drone?": ("32 minutes", "26 minutes"),
    "When was the Orla dam completed?": ("1964", "1967"),
    "How many nests of the marsh heron are there?": ("312", "280"),
    "How many people drowned in the flood of Marl?": ("14 drowned", "31 drowned"),
}
LOOK_ALIKES = (
    "How much milk did the Hallow dairy sell?",
    "How many cows does the Hallow dairy have?",
    "How long is the moor trail?",
    "What is the capacity of the K-5 kettle?",
    "How many litres does the kettle for the kitchen hold?",
    "How many trees did the city of Ruhl plant along its streets?",
    "How many branches does the Delmar library network have?",
    "What does a season ticket of the Linde pool cost residents?",
    "What is the fee of the diving course?",
    "How many nights may guests of the Aspen house stay?",
    "How many people fit into the Vale stadium?",
    "When did the Gala cinema open?",
    "How many lorries does the depot in Bergen have?",
    "What is the admission to the textile museum?",
    "How old must members of the chess club Turm be?",
    "Who is the mayor of Ebern?",
    "Is theft covered by the household policy?",
    "How heavy is the Kestrel drone?",
    "What does the marsh heron eat?",
)
