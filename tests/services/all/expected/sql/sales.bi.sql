-- External schemas of warehouse sales.bi, for its database mesh.
CREATE EXTERNAL SCHEMA IF NOT EXISTS "sales" FROM DATA CATALOG DATABASE 'sales_data' IAM_ROLE default;
