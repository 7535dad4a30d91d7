"""Words that names are put together from: companies, people, places. Enough that a search finds some and not all."""

COMPANY_FIRST = (
    "Acre Alder Amber Anchor Apex Arbor Argent Aurora Avenida Baltic Banyan Beacon Birch Bluestone Bramble Brightwater Cadence"
    " Calder Cardinal Cedar Cobalt Copper Coral Crescent Delta Drake Eastwind Ember Évora Falcon Fjord Flint Foxglove Gable"
    " Garnet Gavea Glen Granite Harbor Hawthorn Heron Horizon Indigo Ironwood Itaú Jade Juniper Kestrel Kingfisher Lakeside"
    " Larch Laurel Linden Lumen Lynx"
    " Magnolia Maple Meridian Mistral Montaña Moss Nexo Nimbus Northwind Oak Obsidian Ocean Onyx Orchard Orion"
    " Osprey Pampa Pedra Pinnacle Poplar Quartz Quill Raven Redwood Ridge River Rowan São Saffron Sequoia Sierra Silver Solaris"
    " Spruce Stone Summit Tamarind Terra Thistle Tide Topaz Valley Verde Vista Willow Zephyr"
).split()
COMPANY_SECOND = (
    "Foods Logistics Energy Systems Textiles Motors Pharma Insurance Retail Mining Paper Steel Chemicals Airlines Banking Telecom"
    " Media Software Robotics Construction Furniture Packaging Shipping Railways Utilities Instruments Optics Ceramics Dairy"
    " Beverages Cosmetics Electronics Aerospace Agro Water Plastics Printing Security Health Laboratories Hotels Education Toys"
    " Sports Ventures Holdings Partners"
).split()
FIRST_NAMES = (
    "Ana Beatriz Bruno Camila Carlos Chen Clara Diego Elena Emma Felipe Fatima Gabriel Hannah Hugo Inês Isabel Ivan João José"
    " Julia Karim Kofi Laura Lena Lucas Luis Maria Mateo Mei Miguel Nadia Noah Olivia Paula Pedro Priya Rafael Rosa Sofía Tomás"
    " Yuki Zoë"
).split()
LAST_NAMES = (
    "Almeida Alvarez Araújo Bauer Becker Brown Carvalho Castillo Chen Costa Díaz Dubois Fernández Ferreira Fischer García Gómez"
    " González Gupta Hansen Hernández Ito Jansen Jones Kim Kowalski Lima López Martín Mendes Meyer Moreau Müller Nakamura Novak"
    " Núñez Okafor Oliveira Pereira Pérez Ribeiro Rossi Sánchez Santos Schmidt Silva Singh Smith Souza Tanaka Torres Weber Wong"
).split()
INDUSTRIES = ("Food", "Logistics", "Energy", "Software", "Retail", "Mining", "Finance", "Health", "Media", "Manufacturing")
REGIONS = ("North", "South", "East", "West", "Iberia", "Brazil", "Andes", "Nordics")
COUNTRIES = ("Germany", "Italy", "Poland", "France", "Spain", "Brazil", "Chile", "Norway")
PRODUCT_LINES = ("Platform", "Support", "Training", "Hardware", "Analytics", "Integration", "Advisory", "Licences")
ERRANDS = ("Renewal", "Extension", "Pilot", "Upgrade", "Rollout", "Migration", "Audit", "Frame contract")
