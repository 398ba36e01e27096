"""A mesh of 10,000 products, 200 roles and 2,000 grants by name, by columns and by tags, with ten promises; on standard output."""
import random

random.seed(1)
print('mesh big { region: eu-west-1  account: 123456789012  bucket: "big" }')
print("tag secrecy { values: open < internal < secret  default: internal }")
print("tag area { values: eu | us | any  default: any }")
for role in range(200):
    print(f"role r{role}")
for schema in range(20):
    tags = [" @pii" if (k + schema) % 5 == 0 else " @tag(secrecy: secret)" if k * schema % 7 == 3 else "" for k in range(10)]
    print(f"schema S{schema} {{", " ".join(f"c{k}: string{tag}" for k, tag in enumerate(tags)), "}")
for domain in range(100):
    print(f"domain d{domain} {{ tags {{ area: {random.choice(['eu', 'us', 'any'])} }} }}")
for product in range(10000):
    print(f"product d{product % 100}.p{product} of S{product % 20} {{ }}")
print("policy access {")
for grant in range(2000):
    product, role = random.randrange(10000), f"r{random.randrange(200)}"
    print("  grant " + [
        f"select on d{product % 100}.p{product}",
        f"read on d{product % 100}.p{product}",
        f"read on tagged(secrecy <= {random.choice(['open', 'internal'])}, pii: none)",
        f"select on d{product % 100}.p{product}(c1, c2)",
        f"read on tagged(area: {random.choice(['eu', 'us'])}, pii: none | indirect)",
    ][grant % 5] + f" to {role}")
for promise in range(10):
    print(f"  forbid select on tagged(pii: direct, area: {['eu', 'us', 'any'][promise % 3]}) to r{promise}")
print("}")
