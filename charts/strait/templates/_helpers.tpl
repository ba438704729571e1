{{/* One name for everything that the release owns. */}}
{{- define "strait.name" -}}
{{- if contains "strait" .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-strait" .Release.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "strait.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "strait.name" .) }}
{{- end }}

{{- define "strait.selector" -}}
app.kubernetes.io/name: strait
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "strait.labels" -}}
{{ include "strait.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "strait.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* What the controller may do where it watches; the same in both modes. */}}
{{- define "strait.watchRules" -}}
- apiGroups: [strait.dev]
  resources: [clusteroperations, targetclusters, workflows]
  verbs: [get, list, watch]
# The finalizer is all that it writes there; the specs are the users'. Deleted
# are finished ones alone that ask for it by spec.deleteAfterFinished.
- apiGroups: [strait.dev]
  resources: [clusteroperations]
  verbs: [patch, delete]
- apiGroups: [strait.dev]
  resources: [clusteroperations/status, targetclusters/status, workflows/status]
  verbs: [get, patch, update]
# With names, list and watch are allowed by metadata.name field selector only.
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.secrets.names }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get, list, watch]
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
