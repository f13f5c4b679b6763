// The strict Ed25519 rule on Node's WebCrypto: what the platform checks, and the checks on encodings before it.
//
// Reads a JSON array of {public_key, signature, message} in hex from standard input; writes an array of
// {platform, strict}. Written from docs/SPEC.md §2 alone: key and R canonical and not of small order, S below L.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));

function mod(a) {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let result = 1n;
  for (let b = ((base % P) + P) % P, e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) {
    if (e & 1n) result = (result * b) % P;
  }
  return result;
}

function number(bytes) {
  return BigInt("0x" + Buffer.from(bytes).reverse().toString("hex"));
}

// A point (x, y) with projective doubling; small order means that three doublings give the neutral element.
function isSmallOrder(y) {
  const x2 = mod((y * y - 1n) * power(mod(D * y * y + 1n), P - 2n));
  let x = power(x2, (P + 3n) / 8n);
  if (mod(x * x - x2) !== 0n) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(x * x - x2) !== 0n) return false; // no point at all: the platform refuses it
  let point = [x, y];
  for (let i = 0; i < 3; i++) {
    const [a, b] = point;
    const t = mod(D * a * a * b * b);
    point = [mod(2n * a * b * power(1n + t, P - 2n)), mod((b * b + a * a) * power(mod(1n - t), P - 2n))];
  }
  return point[0] === 0n && point[1] === 1n;
}

function isSound(encoded) {
  const y = number(encoded) & ((1n << 255n) - 1n);
  return y < P && !isSmallOrder(y);
}

async function platform({ publicKey, signature, message }) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return false;
  }
}

async function check(item) {
  const publicKey = Buffer.from(item.public_key, "hex");
  const signature = Buffer.from(item.signature, "hex");
  const accepted = await platform({ publicKey, signature, message: Buffer.from(item.message, "hex") });
  const wellFormed = publicKey.length === 32 && signature.length === 64;
  const strict =
    wellFormed && isSound(publicKey) && isSound(signature.subarray(0, 32)) && number(signature.subarray(32)) < L;
  return { platform: accepted, strict: accepted && strict };
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const item of JSON.parse(input)) answers.push(await check(item));
process.stdout.write(JSON.stringify(answers));
