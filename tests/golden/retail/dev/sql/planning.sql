-- External schemas of warehouse planning, for its database mesh.
CREATE EXTERNAL SCHEMA IF NOT EXISTS "sales" FROM DATA CATALOG DATABASE 'sales_data_dev' IAM_ROLE default;
CREATE EXTERNAL SCHEMA IF NOT EXISTS "logistics" FROM DATA CATALOG DATABASE 'logistics_data_dev' IAM_ROLE default;
