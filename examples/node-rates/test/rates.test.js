import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { convert } from "../src/rates.js";

const RATES = { EUR: 1, USD: 0.8 };

describe("convert", () => {
  it("AC-1: gives the amount in the other currency, in cents", () => {
    assert.equal(convert(10, "EUR", "USD", RATES), 12.5);
    assert.equal(convert(1, "USD", "EUR", { USD: 1, EUR: 3 }), 0.33);
  });

  // AC-2
  it("names a currency without a rate", () => {
    assert.throws(() => convert(10, "EUR", "XXX", RATES), /no rate for XXX/);
    assert.throws(() => convert(10, "toString", "EUR", RATES), RangeError);
  });
});
