// Package rates turns money from one currency into another.
package rates

import (
	"fmt"
	"math"
)

// Rates tell what one unit of each currency is worth.
type Rates map[string]float64

// Convert gives amount in another currency, rounded to cents.
func (rates Rates) Convert(amount float64, from, to string) (float64, error) {
	for _, currency := range []string{from, to} {
		if _, known := rates[currency]; !known {
			return 0, fmt.Errorf("there is no rate for %s", currency)
		}
	}
	return math.Round(100*amount*rates[from]/rates[to]) / 100, nil
}
