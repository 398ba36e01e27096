-- External schemas of warehouse analytics, for its database mesh.
CREATE EXTERNAL SCHEMA IF NOT EXISTS "sales" FROM DATA CATALOG DATABASE 'sales_data' IAM_ROLE default;
CREATE EXTERNAL SCHEMA IF NOT EXISTS "marketing" FROM DATA CATALOG DATABASE 'marketing_data' IAM_ROLE default;
