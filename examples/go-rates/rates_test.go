package rates

import (
	"strings"
	"testing"
)

func TestAC1ConvertGivesTheAmountInCents(t *testing.T) {
	for _, asked := range []struct {
		name  string
		rates Rates
		given float64
	}{
		{"dollars", Rates{"EUR": 1, "USD": 0.8}, 12.5},
		{"thirds", Rates{"EUR": 1, "USD": 3}, 3.33},
	} {
		t.Run(asked.name, func(t *testing.T) {
			given, err := asked.rates.Convert(10, "EUR", "USD")
			if err != nil || given != asked.given {
				t.Errorf("got %v, %v; want %v", given, err, asked.given)
			}
		})
	}
}

// AC-2
func TestACurrencyWithoutARateIsNamed(t *testing.T) {
	_, err := Rates{"EUR": 1}.Convert(10, "EUR", "XXX")
	if err == nil || !strings.Contains(err.Error(), "no rate for XXX") {
		t.Fatalf("got %v", err)
	}
}
