package core

import "time"

// clockTolerance is how far the wall clock may step before it counts as a jump;
// steps below it are what time synchronisation does every day.
const clockTolerance = 2 * time.Second

// Beijing is the zone in which upstream counts its days. China keeps no summer
// time, so a fixed offset is exact and needs no zone database.
func Beijing() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Day is the day of Beijing at t, as 2006-01-02; quotas are counted by it.
func Day(t time.Time) string { return t.In(Beijing()).Format(time.DateOnly) }

// NextDay is the next midnight of Beijing after t.
func NextDay(t time.Time) time.Time {
	b := t.In(Beijing())
	return time.Date(b.Year(), b.Month(), b.Day()+1, 0, 0, 0, 0, Beijing())
}
