package salesforce

// allowances are limits of the organization that nothing here uses up, as an Enterprise Edition
// with its first users has them.
var allowances = map[string]int{
	"ActiveScratchOrgs":                           40,
	"AnalyticsExternalDataSizeMB":                 40960,
	"ConcurrentAsyncGetReportInstances":           200,
	"ConcurrentEinsteinDataInsightsStoryCreation": 5,
	"ConcurrentEinsteinDiscoveryStoryCreation":    2,
	"ConcurrentSyncReportRuns":                    20,
	"DailyAnalyticsDataflowJobExecutions":         60,
	"DailyAnalyticsUploadedFilesSizeMB":           51200,
	"DailyAsyncApexExecutions":                    250000,
	"DailyAsyncApexTests":                         500,
	"DailyBulkV2QueryFileStorageMB":               976562,
	"DailyDurableGenericStreamingApiEvents":       10000,
	"DailyDurableStreamingApiEvents":              10000,
	"DailyEinsteinDataInsightsStoryCreation":      1000,
	"DailyFunctionsApiCallLimit":                  235000,
	"DailyGenericStreamingApiEvents":              10000,
	"DailyScratchOrgs":                            80,
	"DailyStandardVolumePlatformEvents":           25000,
	"DailyStreamingApiEvents":                     10000,
	"DailyWorkflowEmails":                         1000,
	"DataStorageMB":                               10240,
	"DurableStreamingApiConcurrentClients":        20,
	"FileStorageMB":                               10240,
	"HourlyAsyncReportRuns":                       1200,
	"HourlyDashboardRefreshes":                    200,
	"HourlyDashboardResults":                      5000,
	"HourlyDashboardStatuses":                     999999999,
	"HourlyLongTermIdMapping":                     100000,
	"HourlyManagedContentPublicRequests":          50000,
	"HourlyODataCallout":                          20000,
	"HourlyPublishedPlatformEvents":               50000,
	"HourlyPublishedStandardVolumePlatformEvents": 1000,
	"HourlyShortTermIdMapping":                    100000,
	"HourlySyncReportRuns":                        500,
	"HourlyTimeBasedWorkflow":                     1000,
	"MassEmail":                                   5000,
	"MonthlyEinsteinDiscoveryStoryCreation":       500,
	"Package2VersionCreates":                      6,
	"Package2VersionCreatesWithoutValidation":     500,
	"PrivateConnectOutboundCalloutHourlyLimitMB":  0,
	"SingleEmail":                                 5000,
	"StreamingApiConcurrentClients":               20,
}

// limits are all allowances of the organization, with what is left of them.
func (s *Server) limits(*call) (any, error) {
	out := s.bulkLimits()
	for name, most := range allowances {
		out[name] = limit(most, 0)
	}
	out["DailyApiRequests"] = limit(s.dailyRequests(), s.usage.count)
	out["DailyDeliveredPlatformEvents"] = limit(s.dailyDeliveries(), s.usage.delivered)
	out["PermissionSets"] = map[string]any{"Max": 1500, "Remaining": 1500, "CreateCustom": limit(1000, 0)}
	return out, nil
}
