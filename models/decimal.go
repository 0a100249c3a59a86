package models

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Decimal is an exact decimal number in plain notation ("-12.5"). It is kept in the database as an
// integer of ten-thousandths, so that both stores sum it exactly.
type Decimal string

// decimalScale is the number of digits that the database keeps after the point. Salesforce
// currencies have two.
const decimalScale = 4

var tenThousand = big.NewInt(10_000)

// ParseDecimal reads plain or exponent notation and answers the shortest plain notation. Errors are
// BAD_USER_INPUT.
func ParseDecimal(s string) (Decimal, error) {
	s = strings.TrimSpace(s)
	if len(s) > 64 || strings.ContainsAny(s, "/_xXpPbBoO") || exponent(s) > 64 {
		return "", Errorf(CodeBadUserInput, "not a decimal number")
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return "", Errorf(CodeBadUserInput, "not a decimal number")
	}
	return decimalOf(r), nil
}

// exponent is the size of the power of ten in s: it bounds the work before the number is expanded.
func exponent(s string) int {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return 0
	}
	n := 0
	for _, c := range strings.TrimLeft(s[i+1:], "+-0") {
		if n = n*10 + int(c-'0'); n > 1000 {
			return n
		}
	}
	return n
}

func decimalOf(r *big.Rat) Decimal {
	digits, exact := r.FloatPrec()
	if !exact {
		digits = decimalScale
	}
	return Decimal(r.FloatString(digits))
}

// Rat is the number as a fraction. It is zero for text that is no number.
func (d Decimal) Rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return new(big.Rat)
	}
	return r
}

// Add is the exact sum.
func (d Decimal) Add(o Decimal) Decimal { return decimalOf(new(big.Rat).Add(d.Rat(), o.Rat())) }

// Value stores ten-thousandths. Digits beyond are an error, never a silent cut.
func (d Decimal) Value() (driver.Value, error) {
	r := new(big.Rat).Mul(d.Rat(), new(big.Rat).SetInt(tenThousand))
	if !r.IsInt() || !r.Num().IsInt64() {
		return nil, Errorf(
			CodeInvalidParameter, "a decimal number with more than %d digits after the point, or too large, cannot be kept",
			decimalScale,
		)
	}
	return r.Num().Int64(), nil
}

// Scan reads ten-thousandths.
func (d *Decimal) Scan(src any) error {
	n := new(big.Int)
	switch s := src.(type) {
	case int64:
		n.SetInt64(s)
	case []byte:
		if _, ok := n.SetString(string(s), 10); !ok {
			return fmt.Errorf("cannot read a decimal")
		}
	case string:
		if _, ok := n.SetString(s, 10); !ok {
			return fmt.Errorf("cannot read a decimal")
		}
	default:
		return fmt.Errorf("cannot read a decimal from %T", src)
	}
	*d = decimalOf(new(big.Rat).SetFrac(n, tenThousand))
	return nil
}

// Date is a calendar day, YYYY-MM-DD, without a time zone.
type Date string

// ParseDate reads a calendar day. Errors are BAD_USER_INPUT.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", Errorf(CodeBadUserInput, "not a date: write it as YYYY-MM-DD")
	}
	return Date(s), nil
}
