-- External schemas of warehouse analytics, for its database mesh.
CREATE EXTERNAL SCHEMA IF NOT EXISTS "sales" FROM DATA CATALOG DATABASE 'sales_of_shop' IAM_ROLE default;
